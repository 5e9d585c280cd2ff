namespace Evolink.LocalHost.Durable.Execution;

/// <summary>
/// Where orchestrator code runs: on the thread of the turn, one continuation after the other, in the order in which they became ready.
/// A continuation that comes from anywhere else was woken by something that is no durable task: it is not run, it is reported.
/// </summary>
internal sealed class TurnScheduler : SynchronizationContext
{
    [ThreadStatic]
    private static TurnScheduler? current;

    private readonly Queue<(SendOrPostCallback Call, object? State)> ready = new();
    private readonly TurnTasks tasks;
    private readonly Action<string> report;

    /// <summary>Creates a scheduler.</summary>
    /// <param name="report">Told, on any thread, what orchestrator code did outside of its turn.</param>
    public TurnScheduler(Action<string> report)
    {
        this.report = report;
        tasks = new TurnTasks(this);
    }

    /// <summary>Whether the calling thread is the one that runs this orchestrator's turn.</summary>
    public bool IsCurrent => ReferenceEquals(current, this);

    /// <summary>Runs <paramref name="step"/> and everything that becomes ready by it.</summary>
    public void Run(Action step)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        current = this;
        try
        {
            // As a task, so that ContinueWith and Task.Factory.StartNew in orchestrator code stay here too.
            var turn = new Task(() =>
            {
                step();
                while (ready.TryDequeue(out var next))
                    next.Call(next.State);
            });
            turn.RunSynchronously(tasks);
            turn.GetAwaiter().GetResult();
        }
        finally
        {
            current = null;
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            ready.Enqueue((d, state));
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

    private sealed class TurnTasks(TurnScheduler turn) : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        protected override void QueueTask(Task task) => turn.Post(_ => TryExecuteTask(task), null);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
            turn.IsCurrent && !taskWasPreviouslyQueued && TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
