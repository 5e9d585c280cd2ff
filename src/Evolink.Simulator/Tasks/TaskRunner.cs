using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Evolink.Simulator;

/// <summary>What happens to a task by itself: its image is looked at, it ends, and its callbacks are sent.</summary>
internal sealed partial class TaskRunner(
    SimulatorOptions options, Ledger ledger, ImageCheck images, CallbackPlan callbacks, CallbackSender sender, ILogger log) : IAsyncDisposable
{
    // Task.Delay knows no longer ones.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(40);
    private readonly ConcurrentDictionary<Task, string> running = [];
    private CancellationTokenSource stopping = new();

    /// <summary>Goes on with what a simulator before this one left undone.</summary>
    public void Resume()
    {
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        foreach (SimulatedTask task in ledger.Read(state => state.Tasks.Where(task => !task.CallbacksDone).ToList()))
        {
            if (options.FaultPlan.LoseCallbacksOnRestart && TaskCourse.Of(task, now).EndedAt is not null)
                ledger.Record(new JournalEntry.CallbacksDone(task.Id));
            else
                Start(task.Id);
        }
    }

    public void Start(string taskId)
    {
        Task run = Task.Run(() => RunAsync(taskId, stopping.Token));
        running[run] = taskId;
        _ = run.ContinueWith(
            done => running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits until a callback of the task was tried, or none is to come.</summary>
    public async Task FirstCallbackAsync(string taskId, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        await UntilAsync(taskId, task => task.Deliveries.Count > 0 || task.CallbacksDone, either.Token);
    }

    /// <summary>Stops everything that is under way; what was not done is done after the next start.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops everything and can begin anew.</summary>
    public async Task ResetAsync(Action clear)
    {
        await StopAsync();
        clear();
        stopping.Dispose();
        stopping = new CancellationTokenSource();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task RunAsync(string taskId, CancellationToken cancellationToken)
    {
        try
        {
            await CheckImageAsync(taskId, cancellationToken);
            if (ledger.Find(taskId) is not { } begun)
                return;
            await sender.SendAsync(taskId, CallbackPlan.Before(begun), cancellationToken);
            SimulatedTask ended = await UntilEndAsync(taskId, cancellationToken);
            await sender.SendAsync(taskId, callbacks.After(ended), cancellationToken);
            ledger.Record(new JournalEntry.CallbacksDone(taskId));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next start goes on with it.
        }
#pragma warning disable CA1031 // Nobody awaits a run: what is not logged here would be lost.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogBroken(exception, taskId);
        }
    }

    private async Task CheckImageAsync(string taskId, CancellationToken cancellationToken)
    {
        if (ledger.Find(taskId) is not { ImageCheckedAt: null, ImageUrl: { } image })
            return;
        TaskFailure? failure = await images.CheckAsync(image, cancellationToken);
        ledger.Record(new JournalEntry.ImageChecked(taskId, options.TimeProvider.GetUtcNow(), failure));
    }

    private async Task<SimulatedTask> UntilEndAsync(string taskId, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change = ledger.ChangeOf(taskId);
            SimulatedTask task = ledger.Find(taskId) ?? throw new OperationCanceledException(cancellationToken);
            DateTimeOffset now = options.TimeProvider.GetUtcNow();
            if (TaskCourse.Of(task, now).EndedAt is not null)
                return task;
            TimeSpan wait = TaskCourse.EndOf(task) - now is { } left ? Min(left, LongestDelay) : Timeout.InfiniteTimeSpan;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(change, Task.Delay(wait, options.TimeProvider, over.Token));
            await over.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task UntilAsync(string taskId, Func<SimulatedTask, bool> reached, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change = ledger.ChangeOf(taskId);
            if (ledger.Find(taskId) is not { } task || reached(task))
                return;
            await change.WaitAsync(cancellationToken);
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "The task {TaskId} broke off.")]
    private partial void LogBroken(Exception exception, string taskId);
}
