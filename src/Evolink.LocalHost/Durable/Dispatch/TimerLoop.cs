using Evolink.LocalHost.Durable.Journal;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>Sleeps until the next timer of the journal is due and turns due timers into messages. Timers live in the journal alone.</summary>
internal sealed class TimerLoop(DurableJournal journal, TimeProvider time, WorkBoard board, ILogger log)
{
    /// <summary>The task id of the timer that delays a start.</summary>
    public const int StartTimer = -1;

    private const int MostAtOnce = 500;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var earlier = board.EarlierTimer();
                var next = journal.Read(reader => reader.NextTimer());
                if (next is { } due && due <= time.GetUtcNow())
                    await FireAsync();
                else
                    await SleepAsync(next, earlier, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Timers must go on whatever happened to one look at the journal.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                EngineLog.TimersFailed(log, exception);
                await Task.Delay(AfterFailure, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FireAsync()
    {
        var now = time.GetUtcNow();
        var effects = await journal.WriteAsync(writer =>
        {
            var fired = new TurnEffects();
            foreach (var (instance, taskId) in writer.DueTimers(now, MostAtOnce))
            {
                writer.DeleteTimer(instance, taskId);
                if (taskId == StartTimer)
                    writer.InsertMessage(instance, JournalEventKind.ExecutionStarted);
                else
                    writer.InsertMessage(instance, JournalEventKind.TimerFired, taskId);
                fired.Woken.Add(instance);
            }

            return fired;
        });
        board.Publish(effects);
    }

    private async Task SleepAsync(DateTimeOffset? until, Task earlier, CancellationToken stopping)
    {
        var sleep = until is { } due ? due - time.GetUtcNow() : LongestSleep;
        sleep = sleep > LongestSleep ? LongestSleep : sleep < ShortestSleep ? ShortestSleep : sleep;
        board.SleepsUntil(until);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var delay = Task.Delay(sleep, time, cancel.Token);
        // The clock may have moved on between the look at it and the start of the delay, which would then end too late.
        if (until is null || until > time.GetUtcNow())
            await Task.WhenAny(delay, earlier);
        await cancel.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }
}
