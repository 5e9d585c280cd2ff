using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Invocations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Triggers;

/// <summary>
/// Runs the app's timer functions. As on the host: one run of a timer at a time, the next one reckoned from its end; a run that was missed
/// while nothing ran here is made up for at the start, once.
/// </summary>
internal sealed partial class TimerFunctions : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly (FunctionDescriptor Function, TimerTriggerAttribute Trigger, TimerSchedule Schedule)[] _timers;
    private readonly FunctionInvoker _invoker;
    private readonly DurableTaskClient _durableClient;
    private readonly TimerStatusFile _statuses;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private Task _running = Task.CompletedTask;
    private int _disposed;

    /// <param name="catalog">The app's functions.</param>
    /// <param name="resolve">Puts settings into a text of the given function.</param>
    /// <param name="invoker">Calls functions.</param>
    /// <param name="durableClient">The client that they are given.</param>
    /// <param name="statuses">When they ran last.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures are told.</param>
    /// <exception cref="LocalHostException">A schedule cannot be read.</exception>
    public TimerFunctions(
        FunctionCatalog catalog,
        Func<string, string, string> resolve,
        FunctionInvoker invoker,
        DurableTaskClient durableClient,
        TimerStatusFile statuses,
        TimeProvider time,
        ILogger<TimerFunctions> log)
    {
        (_invoker, _durableClient, _statuses, _time, _log) = (invoker, durableClient, statuses, time, log);
        _timers =
        [
            .. from function in catalog.With(FunctionTrigger.Timer)
               let trigger = (TimerTriggerAttribute)function.Binding
               select (function, trigger, TimerSchedule.Parse(resolve(trigger.Schedule, function.Name), function.Name)),
        ];
    }

    /// <summary>Begins to run them.</summary>
    public void Start() => _running = Task.WhenAll(_timers.Select(timer => Task.Run(() => RunAsync(timer.Function, timer.Trigger, timer.Schedule))));

    /// <summary>Tells running functions to stop, and gives them a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _running.WaitAsync(StopTimeout, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(FunctionDescriptor function, TimerTriggerAttribute trigger, TimerSchedule schedule)
    {
        CancellationToken stopping = _stopping.Token;
        try
        {
            DateTimeOffset now = _time.GetUtcNow();
            bool monitored = trigger.UseMonitor && schedule.IsRareEnoughToMonitor(now);
            bool missed = monitored && IsPastDue(function.Name, schedule, now);
            if (missed || trigger.RunOnStartup)
                await RunOnceAsync(function, schedule, monitored, missed, stopping);
            while (schedule.Next(_time.GetUtcNow()) is { } next)
            {
                await SleepUntilAsync(next, stopping);
                await RunOnceAsync(function, schedule, monitored, isPastDue: false, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private bool IsPastDue(string timer, TimerSchedule schedule, DateTimeOffset now)
    {
        if (_statuses.Find(timer) is { } status)
            return schedule.Next(status.Last ?? status.LastUpdated) <= now;
        // From now on it can be told what was missed.
        _statuses.Write(timer, new TimerStatus(Last: null, now));
        return false;
    }

    private async Task SleepUntilAsync(DateTimeOffset time, CancellationToken stopping)
    {
        // Sleeps are measured by another clock than times: one that ends early goes on.
        for (TimeSpan left; (left = time - _time.GetUtcNow()) > TimeSpan.Zero;)
            await Task.Delay(left < LongestSleep ? left : LongestSleep, _time, stopping);
    }

    // A run counts whatever came of it, but only at its end: one cut off by a crash was missed.
    private async Task RunOnceAsync(FunctionDescriptor function, TimerSchedule schedule, bool monitored, bool isPastDue, CancellationToken stopping)
    {
        DateTimeOffset began = _time.GetUtcNow();
        var info = new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = monitored ? Status(_statuses.Find(function.Name), schedule, began) : null };
        try
        {
            await _invoker.InvokeAsync(
                function,
                NoData,
                context => new Invocation { Context = context, DurableClient = _durableClient, Trigger = info },
                stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            TimerFailed(function.Name, e);
        }

        stopping.ThrowIfCancellationRequested();
        if (monitored)
            _statuses.Write(function.Name, new TimerStatus(began, _time.GetUtcNow()));
    }

    private static ScheduleStatus Status(TimerStatus? status, TimerSchedule schedule, DateTimeOffset now) => new()
    {
        Last = status?.Last?.UtcDateTime ?? default,
        Next = schedule.Next(now)?.UtcDateTime ?? default,
        LastUpdated = status?.LastUpdated.UtcDateTime ?? default,
    };

    [LoggerMessage(1, LogLevel.Error, "The timer function {Function} failed; it runs again when it is due.")]
    private partial void TimerFailed(string function, Exception exception);
}
