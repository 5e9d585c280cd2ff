namespace Evolink.LocalHost.Durable.Execution;

/// <summary>
/// Where orchestrator code runs: on the thread of the turn, one continuation after the other, in the order in which they became ready.
/// A continuation that comes from anywhere else was woken by something that is no durable task: it is not run, it is reported.
/// </summary>
/// <param name="report">Told, on any thread, what orchestrator code did outside of its turn.</param>
internal sealed class TurnScheduler(Action<string> report) : SynchronizationContext
{
    [ThreadStatic]
    private static TurnScheduler? _current;

    private readonly Queue<(SendOrPostCallback Call, object? State)> _ready = new();

    /// <summary>Whether the calling thread is the one that runs this orchestrator's turn.</summary>
    public bool IsCurrent => ReferenceEquals(_current, this);

    /// <summary>Runs <paramref name="step"/> and everything that becomes ready by it.</summary>
    public void Run(Action step)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        _current = this;
        try
        {
            step();
            while (_ready.TryDequeue(out var next))
                next.Call(next.State);
        }
        finally
        {
            _current = null;
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            _ready.Enqueue((d, state));
        else
            report("it awaited something that is not a durable task (a delay, I/O, Task.Run), which then continued on another thread.");
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            d(state);
        else
            Post(d, state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
