using DurableTask.Core;
using DurableTask.Core.History;

namespace Evolink.Functions.Tests.Support;

/// <summary>A run of an orchestration whose activities play a script, at once and in order, with a clock that the test moves.</summary>
internal sealed class OrchestrationRun
{
    private readonly Orchestration _orchestration;
    private readonly Dictionary<string, Queue<Func<object?>>> _scripts = new(StringComparer.Ordinal);
    private readonly List<Call> _calls = [];
    private readonly string _version;
    private ReplayedInstance? _instance;

    public OrchestrationRun(Orchestration? orchestration = null, string version = "1.0") =>
        (_orchestration, _version) = (orchestration ?? Orchestration.OfOneVideo(), version);

    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; private set; } = Start;

    /// <summary>How long before their time timers fire: up to a second, with whole seconds in Azure's queues.</summary>
    public TimeSpan Early { get; init; }

    /// <summary>Whether the code goes on where it stands, in place of a replay at every step.</summary>
    public bool KeepsCode { get; init; }

    /// <summary>Whether the event is there before the orchestration has run.</summary>
    public bool IsWokenBeforeItRuns { get; init; }

    /// <summary>The activities that were executed, in their order.</summary>
    public IReadOnlyList<Call> Calls => _calls;

    public IEnumerable<string> Names => _calls.Select(call => call.Activity);

    // Begun when it is first looked at: with the scripts complete.
    public ReplayedInstance Instance =>
        _instance ??= new ReplayedInstance(_orchestration, Now, _version, IsWokenBeforeItRuns ? ["Wake"] : []) { KeepsCode = KeepsCode };

    public bool IsOver => Instance.End is not null;

    public void Script(string activity, params object?[] results) =>
        ScriptCalls(activity, [.. results.Select(result => (Func<object?>)(() => result))]);

    /// <summary>What the executions of an activity do, one after the other.</summary>
    public void ScriptCalls(string activity, params Func<object?>[] results) => _scripts[activity] = new Queue<Func<object?>>(results);

    /// <summary>Runs it to its end; the clock goes from timer to timer.</summary>
    public void Complete()
    {
        UntilItWaits();
        while (!IsOver)
        {
            FireNext();
            UntilItWaits();
        }

        ExecutionCompletedEvent end = Instance.End!;
        Assert.True(end.OrchestrationStatus == OrchestrationStatus.Completed, end.FailureDetails?.ErrorMessage);
    }

    /// <summary>Executes activities, with the clock stopped, until it waits for something or is over.</summary>
    public void UntilItWaits()
    {
        while (Instance.Activities.FirstOrDefault() is { } activity)
            Execute(activity);
    }

    /// <summary>Moves the clock to the next timer, and fires it.</summary>
    public void FireNext()
    {
        if (IsOver || Instance.Timers.MinBy(each => each.FireAt) is not { } timer)
            throw new InvalidOperationException("It waits for nothing.");
        DateTimeOffset at = new DateTimeOffset(timer.FireAt, TimeSpan.Zero) - Early;
        Now = at > Now ? at : Now;
        Instance.Fire(timer, Now);
    }

    /// <summary>Raises the event so often, all in one step of the orchestration.</summary>
    public void Wake(int times = 1, object? payload = null) => Instance.Raise(Now, "Wake", [.. Enumerable.Repeat(payload, times)]);

    private void Execute(TaskScheduledEvent activity)
    {
        _calls.Add(new Call(activity, Now));
        try
        {
            Instance.Complete(activity, _scripts[activity.Name!].Dequeue()(), Now);
        }
        catch (IOException fault)
        {
            Instance.Fail(activity, fault, Now);
        }
    }

    /// <summary>One execution of an activity.</summary>
    internal sealed record Call(TaskScheduledEvent Scheduled, DateTimeOffset At)
    {
        public string Activity => Scheduled.Name!;
    }
}
