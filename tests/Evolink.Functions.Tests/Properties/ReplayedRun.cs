using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// The real orchestration, run again from its history at every step, in memory. What it asks for must be the same each time, else it
/// could not be resumed.
/// </summary>
internal sealed class ReplayedRun
{
    private readonly DateTimeOffset _start;
    private readonly List<Fact> _history = [];
    private List<string> _asked = [];
    private Context _context = null!;

    public ReplayedRun(GenerationRef generation, DateTimeOffset start)
    {
        (Generation, _start) = (generation, start);
        Replay();
    }

    public GenerationRef Generation { get; }

    public bool IsOver => _context.Run.IsCompleted;

    /// <summary>The activity whose result it waits for.</summary>
    public (int Id, string Name)? Activity => _context.Activity;

    /// <summary>The timer that it waits for.</summary>
    public (int Id, DateTimeOffset Due)? Timer => _context.Timer;

    /// <summary>An activity's result; one that came before counts and this one does not.</summary>
    public void Complete(int id, object? result, DateTimeOffset now)
    {
        if (Activity?.Id == id)
            Add(new Fact(now, id, result));
    }

    public void Fire(int id, DateTimeOffset now) => Add(new Fact(now, id, null));

    public void Raise(DateTimeOffset now) => Add(new Fact(now, null, null));

    private void Add(Fact fact)
    {
        if (IsOver)
            return;
        _history.Add(fact);
        Replay();
    }

    private void Replay()
    {
        Context context = new(Generation, _start);
        context.Run = GenerateVideo.RunAsync(context);
        foreach (Fact fact in _history)
            context.Feed(fact);
        if (!_asked.SequenceEqual(context.Asked.Take(_asked.Count)))
            throw new InvalidOperationException($"Not deterministic: {string.Join(", ", _asked)} became {string.Join(", ", context.Asked)}.");
        if (context.Run.IsFaulted)
            throw context.Run.Exception!.InnerException!;
        (_context, _asked) = (context, context.Asked);
    }

    /// <summary>What happened: a result or a timer by its id, or the event.</summary>
    private sealed record Fact(DateTimeOffset At, int? Id, object? Result);

    private sealed class Context(GenerationRef generation, DateTimeOffset start) : TaskOrchestrationContext
    {
        private readonly Dictionary<int, TaskCompletionSource<object?>> _open = [];
        private readonly Queue<TaskCompletionSource<object?>> _waiters = [];
        private int _events;
        private DateTimeOffset _now = start;

        public Task<string> Run { get; set; } = null!;

        public List<string> Asked { get; } = [];

        public (int Id, string Name)? Activity { get; private set; }

        public (int Id, DateTimeOffset Due)? Timer { get; private set; }

        public override TaskName Name => nameof(GenerateVideo);

        public override string InstanceId => generation.InstanceId;

        public override ParentOrchestrationInstance? Parent => null;

        public override DateTime CurrentUtcDateTime => _now.UtcDateTime;

        public override bool IsReplaying => false;

        protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

        public void Feed(Fact fact)
        {
            _now = fact.At;
            if (fact.Id is not { } id)
            {
                if (!_waiters.TryDequeue(out TaskCompletionSource<object?>? waiter))
                    _events++;
                waiter?.SetResult(null);
                return;
            }

            if (Activity?.Id == id)
                Activity = null;
            if (Timer?.Id == id)
                Timer = null;
            if (_open.Remove(id, out TaskCompletionSource<object?>? open))
                open.SetResult(fact.Result);
        }

        public override T GetInput<T>() => (T)(object)generation;

        public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        {
            int id = Ask($"activity {name.Name}");
            Activity = (id, name.Name);
            return (TResult)(await Open(id).Task)!;
        }

        public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
        {
            int id = Ask($"timer {fireAt:O}");
            Timer = (id, new DateTimeOffset(fireAt, TimeSpan.Zero));
            TaskCompletionSource<object?> open = Open(id);
            await using CancellationTokenRegistration cancelled = cancellationToken.Register(() =>
            {
                Timer = null;
                open.TrySetCanceled(cancellationToken);
            });
            await open.Task;
        }

        public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
        {
            Assert.Equal("Wake", eventName);
            Ask("event");
            if (_events > 0)
            {
                _events--;
                return default!;
            }

            TaskCompletionSource<object?> waiter = new();
            _waiters.Enqueue(waiter);
            await waiter.Task;
            return default!;
        }

        public override void SetCustomStatus(object? customStatus)
        {
        }

        public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
            throw new NotSupportedException();

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => throw new NotSupportedException();

        public override Guid NewGuid() => throw new NotSupportedException();

        private int Ask(string what)
        {
            Asked.Add(what);
            return Asked.Count;
        }

        private TaskCompletionSource<object?> Open(int id) => _open[id] = new TaskCompletionSource<object?>();
    }
}
