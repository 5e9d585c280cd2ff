using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>
/// One orchestrator in memory, brought there by replaying its journal and moved on by turns. It knows no storage: a turn is messages in,
/// journal events out.
/// </summary>
internal sealed class OrchestrationExecution
{
    private readonly IDurableFunctions functions;
    private readonly Action<long, string> reportFault;
    private readonly ReplayCursor replay;
    private readonly TurnScheduler scheduler;
    private readonly OrchestratorContext context;
    private readonly Lock gate = new();
    private List<JournalEvent> recorded = [];
    private int lastNumber;
    private bool started, suspended, inTurn;
    private string? fault;
    private Exception? broken;
    private Task<object?>? orchestrator;

    /// <summary>Creates an execution that has not begun.</summary>
    /// <param name="row">The instance.</param>
    /// <param name="functions">The code.</param>
    /// <param name="settings">What the context hands on.</param>
    /// <param name="reportFault">Told, on any thread, when the instance's code runs where it must not.</param>
    public OrchestrationExecution(
        InstanceRow row, IDurableFunctions functions, ExecutionSettings settings, Action<long, string> reportFault)
    {
        Row = row;
        this.functions = functions;
        this.reportFault = reportFault;
        replay = new ReplayCursor(row.Id, settings.CompareInputs);
        scheduler = new TurnScheduler(Fault);
        context = new OrchestratorContext(this, settings);
    }

    public InstanceRow Row { get; }

    public bool IsReplaying => replay.IsActive;

    public DateTimeOffset Now { get; private set; }

    public OpenTasks Tasks { get; } = new();

    public ExternalEvents Events { get; } = new();

    public string? CustomStatus { get; set; }

    public NextExecution? Anew { get; set; }

    public bool PreserveEvents { get; set; }

    /// <summary>Why the execution cannot go on, if it cannot.</summary>
    public Exception? Broken => broken;

    /// <summary>Brings the code to where the journal ends. What does not match is in <see cref="Broken"/>, and the next turn fails for it.</summary>
    public void Replay(IReadOnlyList<JournalEvent> history)
    {
        lastNumber = history.Count == 0 ? 0 : history[^1].Number;
        replay.Start(history);
        EnterTurn();
        try
        {
            while (broken is null && replay.NextArrival() is { } arrival)
            {
                Deliver(arrival);
                if (broken is null && Outcome() is { } outcome)
                    replay.ExpectEnd(outcome);
            }

            if (broken is null)
                replay.ExpectNothing();
        }
        catch (NonDeterministicOrchestrationException mismatch)
        {
            broken = mismatch;
        }
        finally
        {
            replay.Stop();
            LeaveTurn();
        }
    }

    /// <summary>Takes in what has happened and runs the code until it waits again. Null when nothing can be taken in now.</summary>
    public TurnCommit? TakeTurn(DateTimeOffset now, IReadOnlyList<Message> inbox)
    {
        var messages = broken is null ? Inbox.Select(inbox, started, suspended) : Inbox.All(inbox);
        if (messages.Count == 0)
            return null;
        recorded = [];
        var taken = new List<long>(messages.Count);
        EnterTurn();
        try
        {
            Now = now > Now ? now : Now;
            Append(new JournalEvent(0, JournalEventKind.TurnStarted, Now));
            JournalEvent? end = null;
            foreach (var message in messages)
            {
                taken.Add(message.Id);
                end = broken is null ? Take(message) : End(JournalEventKind.Failed, FailureRecord.Of(broken).ToJson());
                if (end is not null)
                    break;
            }

            return Commit(end, taken);
        }
        finally
        {
            LeaveTurn();
        }
    }

    /// <summary>Records something that the code did, or compares it with what the journal says it did.</summary>
    public void Record(JournalEvent action)
    {
        Guard();
        if (broken is not null)
            throw broken;
        if (!IsReplaying)
        {
            Append(action);
            return;
        }

        try
        {
            replay.Match(action);
        }
        catch (NonDeterministicOrchestrationException mismatch)
        {
            // The code may catch what it is thrown; the execution stays broken all the same.
            broken = mismatch;
            throw;
        }
    }

    /// <summary>Fails when orchestrator code calls in from anywhere but its own turn.</summary>
    public void Guard()
    {
        if (scheduler.IsCurrent)
            return;
        const string what = "its context was used on another thread (after ConfigureAwait(false), Task.Run or a timer).";
        Fault(what);
        throw new NonDeterministicOrchestrationException(Row.Id, what);
    }

    private JournalEvent? Take(Message message)
    {
        switch (message.Kind)
        {
            case JournalEventKind.Terminated:
                return End(JournalEventKind.Terminated, message.Data);
            case JournalEventKind.Faulted:
                broken = new NonDeterministicOrchestrationException(Row.Id, message.Data!);
                return End(JournalEventKind.Failed, FailureRecord.Of(broken).ToJson());
        }

        var arrival = Append(message.Kind is JournalEventKind.ExecutionStarted
            ? new JournalEvent(0, message.Kind, Now, Name: Row.Name, Version: Row.Version, Data: Row.Input)
            : new JournalEvent(0, message.Kind, Now, message.TaskId, message.Name, Data: message.Data));
        Deliver(arrival);
        return Outcome() is { } outcome ? End(outcome.Kind, outcome.Data) : null;
    }

    private void Deliver(JournalEvent e)
    {
        try
        {
            scheduler.Run(() => Apply(e));
        }
        catch (NonDeterministicOrchestrationException mismatch)
        {
            broken ??= mismatch;
        }
#pragma warning disable CA1031 // Only async void code of the orchestrator gets here: it fails the orchestration as any other exception does.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            broken ??= exception;
        }

        lock (gate)
        {
            if (fault is not null)
                broken ??= new NonDeterministicOrchestrationException(Row.Id, fault);
        }
    }

    private void Apply(JournalEvent e)
    {
        switch (e.Kind)
        {
            case JournalEventKind.TurnStarted:
                Now = e.At;
                break;
            case JournalEventKind.ExecutionStarted:
                started = true;
                orchestrator = RunAsync();
                break;
            case JournalEventKind.EventRaised:
                Events.Raise(e.Name!, e.Data);
                break;
            case JournalEventKind.Suspended:
                suspended = true;
                break;
            case JournalEventKind.Resumed:
                suspended = false;
                break;
            default:
                Tasks.Close(e);
                break;
        }
    }

    // In its own turn an async method ends in its own turn: an orchestrator whose task ends elsewhere is reported by the scheduler.
    private async Task<object?> RunAsync()
    {
        if (!functions.HasOrchestrator(Row.Name))
            throw new UnknownOrchestratorException(Row.Name);
        return await functions.RunOrchestratorAsync(Row.Name, context);
    }

    private Outcome? Outcome()
    {
        if (broken is null && orchestrator is { IsCompleted: false } && !Tasks.Any && !Events.HasOpenWaiters)
        {
            broken = new NonDeterministicOrchestrationException(
                Row.Id, "it awaits something that is not a durable task (a delay, I/O, Task.Run): no event can ever wake it.");
        }

        if (broken is not null)
            return new Outcome(JournalEventKind.Failed, FailureRecord.Of(broken).ToJson());
        if (orchestrator is not { IsCompleted: true } || Tasks.Any)
            return null;
        if (orchestrator.Exception is { } thrown)
            return new Outcome(JournalEventKind.Failed, FailureRecord.Of(thrown.InnerException!).ToJson());
        if (orchestrator.IsCanceled)
            return new Outcome(JournalEventKind.Failed, FailureRecord.Of(new TaskCanceledException(orchestrator)).ToJson());
        return Anew is { } next
            ? new Outcome(JournalEventKind.ContinuedAsNew, next.Input)
            : new Outcome(JournalEventKind.Completed, DurableValues.Instance.Serialize(orchestrator.Result));
    }

    private JournalEvent End(JournalEventKind kind, string? data) => Append(new JournalEvent(0, kind, Now, Data: data));

    private JournalEvent Append(JournalEvent e)
    {
        var numbered = e with { Number = ++lastNumber, At = Now };
        recorded.Add(numbered);
        return numbered;
    }

    private TurnCommit Commit(JournalEvent? end, List<long> taken) => new(
        Row.Key,
        Row.Id,
        Row.Name,
        Now,
        recorded,
        taken,
        end?.Kind switch
        {
            JournalEventKind.Completed => OrchestrationRuntimeStatus.Completed,
            JournalEventKind.Failed => OrchestrationRuntimeStatus.Failed,
            JournalEventKind.Terminated => OrchestrationRuntimeStatus.Terminated,
            _ => suspended ? OrchestrationRuntimeStatus.Suspended
                : started ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending,
        },
        CustomStatus,
        end is { Kind: JournalEventKind.Failed } ? FailureRecord.Read(end.Data).ToString() : end?.Data,
        end is { Kind: JournalEventKind.ContinuedAsNew } && Anew is { } next
            ? next with { Events = PreserveEvents ? Events.TakeKept() : [] }
            : null);

    private void Fault(string what)
    {
        lock (gate)
        {
            if (fault is not null)
                return;
            fault = what;
            if (inTurn)
                return;
        }

        reportFault(Row.Key, what);
    }

    private void EnterTurn()
    {
        lock (gate)
            inTurn = true;
    }

    private void LeaveTurn()
    {
        lock (gate)
            inTurn = false;
    }
}
