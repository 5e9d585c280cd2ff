using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;

namespace Evolink.Functions.Tests.Support;

/// <summary>
/// One instance of an orchestration on the executor of DurableTask.Core, which is what runs it in Azure. Every step replays the whole
/// history; what the code asks for becomes events, as a backend makes them. What happens, and when, is the test's to say.
/// </summary>
internal sealed class ReplayedInstance
{
    private readonly Orchestration _orchestration;
    private readonly string _version;
    private List<HistoryEvent> _history = [];
    private (OrchestrationRuntimeState State, TaskOrchestrationExecutor Executor)? _session;

    /// <summary>Starts the instance, with the events that came before it ran.</summary>
    public ReplayedInstance(Orchestration orchestration, DateTimeOffset now, string version = "1.0", params IEnumerable<string> events)
    {
        (_orchestration, _version) = (orchestration, version);
        IEnumerable<HistoryEvent> raised = events.Select(name => new EventRaisedEvent(-1, null) { Name = name });
        Begin(Orchestration.Values.Serialize(orchestration.Input), now, raised);
    }

    /// <summary>Goes on with the code where it stands, as in an extended session, in place of a replay.</summary>
    public bool KeepsCode { get; init; }

    /// <summary>What stands in storage for it now.</summary>
    public IReadOnlyList<HistoryEvent> History => _history;

    /// <summary>How many events were ever written for it, those of earlier histories too.</summary>
    public int EventsWritten { get; private set; }

    /// <summary>Its activities that have no result yet.</summary>
    public IEnumerable<TaskScheduledEvent> Activities => Events<TaskScheduledEvent>().Where(
        scheduled => !Events<TaskCompletedEvent>().Any(done => done.TaskScheduledId == scheduled.EventId)
            && !Events<TaskFailedEvent>().Any(failed => failed.TaskScheduledId == scheduled.EventId));

    /// <summary>Its timers that have not fired. Backends do not know which were cancelled: those fire, and nobody waits for them.</summary>
    public IEnumerable<TimerCreatedEvent> Timers => Events<TimerCreatedEvent>().Where(
        timer => !Events<TimerFiredEvent>().Any(fired => fired.TimerId == timer.EventId));

    /// <summary>How it ended; null while it runs.</summary>
    public ExecutionCompletedEvent? End => Events<ExecutionCompletedEvent>().SingleOrDefault();

    /// <summary>An activity's result. One that has a result already is left as it is: of two executions the first counts.</summary>
    public void Complete(TaskScheduledEvent activity, object? result, DateTimeOffset now)
    {
        if (Activities.Contains(activity))
            Play(now, new TaskCompletedEvent(-1, activity.EventId, Orchestration.Values.Serialize(result)));
    }

    /// <summary>An activity that threw, or whose worker died: Durable knows it as failed in both cases.</summary>
    public void Fail(TaskScheduledEvent activity, Exception reason, DateTimeOffset now)
    {
        if (Activities.Contains(activity))
            Play(now, new TaskFailedEvent(-1, activity.EventId, reason.Message, details: null, new FailureDetails(reason)));
    }

    public void Fire(TimerCreatedEvent timer, DateTimeOffset now) =>
        Play(now, new TimerFiredEvent(-1, timer.FireAt) { TimerId = timer.EventId });

    /// <summary>An event from outside; so many at once as a backend may hand over together.</summary>
    public void Raise(DateTimeOffset now, string name, params object?[] payloads) =>
        Play(now, [.. payloads.Select(payload => new EventRaisedEvent(-1, Orchestration.Values.Serialize(payload)) { Name = name })]);

    /// <summary>Replays a history of earlier code on the code of this orchestration.</summary>
    /// <exception cref="NonDeterministicOrchestrationException">The code does something else than what the history tells.</exception>
    public static void Check(Orchestration orchestration, IList<HistoryEvent> history)
    {
        OrchestrationRuntimeState state = new(history);
        OrchestratorAction[] more = [.. NewExecutor(orchestration, state).Execute().Actions];
        OrchestrationCompleteOrchestratorAction? end = more.OfType<OrchestrationCompleteOrchestratorAction>().SingleOrDefault();
        if (end?.OrchestrationStatus == OrchestrationStatus.Failed)
            throw new NonDeterministicOrchestrationException(end.Id, end.FailureDetails!.ErrorMessage);
        if (more.Length <= (end is null ? 0 : 1) && end?.Result == state.ExecutionCompletedEvent?.Result)
            return;
        string asked = string.Join(", ", more.Select(action => action.OrchestratorActionType));
        throw new NonDeterministicOrchestrationException(-1, $"The code asks for more than its history tells: {asked}.");
    }

    private IEnumerable<T> Events<T>() => _history.OfType<T>();

    private void Begin(string? input, DateTimeOffset now, IEnumerable<HistoryEvent> carried)
    {
        (_history, _session) = ([], null);
        OrchestrationInstance instance = new() { InstanceId = _orchestration.InstanceId, ExecutionId = "execution" };
        ExecutionStartedEvent started = new(-1, input) { Name = _orchestration.Name, Version = _version, OrchestrationInstance = instance };
        Play(now, [started, .. carried]);
    }

    private void Play(DateTimeOffset now, params HistoryEvent[] happened)
    {
        if (End is not null)
            return;
        HistoryEvent[] played = [.. At(now, [new OrchestratorStartedEvent(-1), .. happened])];
        OrchestratorAction[] actions = [.. Execute(played).Actions];
        OrchestrationCompleteOrchestratorAction? end = actions.OfType<OrchestrationCompleteOrchestratorAction>().SingleOrDefault();
        HistoryEvent[] asked = [.. actions.Select(Written).OfType<HistoryEvent>(), new OrchestratorCompletedEvent(-1)];
        _history.AddRange([.. played, .. At(now, asked)]);
        EventsWritten += played.Length + asked.Length;
        if (end?.OrchestrationStatus != OrchestrationStatus.ContinuedAsNew)
            return;
        // Events that the code had not taken are sent to the instance itself, those that came in the same step are carried over.
        IEnumerable<HistoryEvent> kept = actions.OfType<SendEventOrchestratorAction>()
            .Select(sent => new EventRaisedEvent(-1, sent.EventData) { Name = sent.EventName });
        Begin(end.Result, now, [.. end.CarryoverEvents, .. kept]);
    }

    private OrchestratorExecutionResult Execute(HistoryEvent[] played)
    {
        bool goesOn = KeepsCode && _session is not null;
        OrchestrationRuntimeState state = goesOn ? _session!.Value.State : new OrchestrationRuntimeState(_history);
        state.NewEvents.Clear();
        foreach (HistoryEvent each in played)
            state.AddEvent(each);
        TaskOrchestrationExecutor executor = goesOn ? _session!.Value.Executor : NewExecutor(_orchestration, state);
        _session = (state, executor);
        return goesOn ? executor.ExecuteNewEvents() : executor.Execute();
    }

    private static TaskOrchestrationExecutor NewExecutor(Orchestration orchestration, OrchestrationRuntimeState state) =>
        new(state, orchestration.NewCode(), BehaviorOnContinueAsNew.Carryover, ErrorPropagationMode.UseFailureDetails);

    private static IEnumerable<HistoryEvent> At(DateTimeOffset now, IEnumerable<HistoryEvent> events) => events.Select(each =>
    {
        each.Timestamp = now.UtcDateTime;
        return each;
    });

    private static HistoryEvent? Written(OrchestratorAction action) => action switch
    {
        ScheduleTaskOrchestratorAction task => new TaskScheduledEvent(task.Id, task.Name!, task.Version, task.Input),
        CreateTimerOrchestratorAction timer => new TimerCreatedEvent(timer.Id, timer.FireAt),
        SendEventOrchestratorAction sent =>
            new EventSentEvent(sent.Id) { InstanceId = sent.Instance?.InstanceId, Name = sent.EventName, Input = sent.EventData },
        OrchestrationCompleteOrchestratorAction { OrchestrationStatus: OrchestrationStatus.ContinuedAsNew } => null,
        OrchestrationCompleteOrchestratorAction end =>
            new ExecutionCompletedEvent(end.Id, end.Result, end.OrchestrationStatus, end.FailureDetails),
        _ => throw new NotSupportedException(action.OrchestratorActionType.ToString()),
    };
}
