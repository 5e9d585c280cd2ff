namespace Evolink.Testing;

/// <summary>A clock that stands still until it is told to go on; its timers fire from within <see cref="Advance"/>.</summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<ManualTimer> _scheduled = [];
    private TaskCompletionSource _timerSet = NewSignal();
    private DateTimeOffset _now = start;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Time until the next timer fires; <see langword="null"/> where none is set.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_lock) return _scheduled.Count == 0 ? null : _scheduled.Min(timer => timer.Due) - _now;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, stopping at every timer on the way, so that each sees the time it was set for.</summary>
    public void Advance(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        DateTimeOffset end;
        lock (_lock) end = _now + span;
        while (NextDue(end) is { } timer) timer.Fire();
        lock (_lock) _now = end;
    }

    /// <summary>Moves the clock from timer to timer until the task is done.</summary>
    /// <param name="task">The work that sets the timers.</param>
    /// <param name="waitFor">
    /// Moves only while at least so many are set: 2 where one of them is a time-out that must not fire while real work is under way.
    /// </param>
    public async Task AdvanceUntilAsync(Task task, int waitFor = 1)
    {
        while (await Task.WhenAny(task, TimersAsync(waitFor)).ConfigureAwait(false) != task)
        {
            if (UntilNextTimer is { } span) Advance(span > TimeSpan.Zero ? span : TimeSpan.Zero);
        }

        await task.ConfigureAwait(false);
    }

    /// <summary>Waits, in real time, until at least so many timers are set.</summary>
    public async Task TimersAsync(int count, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task timerSet;
            lock (_lock)
            {
                if (_scheduled.Count >= count) return;
                timerSet = _timerSet.Task;
            }

            await timerSet.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ManualTimer? NextDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            if (_scheduled.Where(timer => timer.Due <= end).MinBy(timer => timer.Due) is not { } next) return null;
            if (next.Due > _now) _now = next.Due;
            next.Reschedule();
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _disposed;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        // Under the clock's lock.
        public void Reschedule()
        {
            if (_period > TimeSpan.Zero) Due += _period;
            else clock._scheduled.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            TaskCompletionSource signal;
            lock (clock._lock)
            {
                if (_disposed) return false;
                clock._scheduled.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock._now + dueTime;
                clock._scheduled.Add(this);
                signal = clock._timerSet;
                clock._timerSet = NewSignal();
            }

            signal.SetResult();
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._scheduled.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
