using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>
/// One orchestrator in memory, brought there by replaying its journal and moved on by turns. It knows no storage: a turn is messages in,
/// journal events out.
/// </summary>
internal sealed class OrchestrationExecution
{
    private readonly IDurableFunctions _functions;
    private readonly Action<long, string> _reportFault;
    private readonly ReplayCursor _replay;
    private readonly TurnScheduler _scheduler;
    private readonly OrchestratorContext _context;
    private readonly Lock _gate = new();
    private List<JournalEvent> _recorded = [];
    private int _lastNumber;
    private bool _started, _suspended, _inTurn;
    private string? _fault;
    private Exception? _broken;
    private Task<object?>? _orchestrator;

    /// <summary>Creates an execution that has not begun.</summary>
    /// <param name="row">The instance.</param>
    /// <param name="functions">The code.</param>
    /// <param name="settings">What the context hands on.</param>
    /// <param name="reportFault">Told, on any thread, when the instance's code runs where it must not.</param>
    public OrchestrationExecution(
        InstanceRow row, IDurableFunctions functions, ExecutionSettings settings, Action<long, string> reportFault)
    {
        Row = row;
        _functions = functions;
        _reportFault = reportFault;
        _replay = new ReplayCursor(row.Id, settings.CompareInputs);
        _scheduler = new TurnScheduler(what => Fault(what));
        _context = new OrchestratorContext(this, settings);
    }

    public InstanceRow Row { get; }

    public bool IsReplaying => _replay.IsActive;

    public DateTimeOffset Now { get; private set; }

    public OpenTasks Tasks { get; } = new();

    public ExternalEvents Events { get; } = new();

    public string? CustomStatus { get; set; }

    public NextExecution? Anew { get; set; }

    public bool PreserveEvents { get; set; }

    /// <summary>Why the execution cannot go on, if it cannot.</summary>
    public Exception? Broken => _broken;

    /// <summary>Brings the code to where the journal ends. What does not match is in <see cref="Broken"/>, and the next turn fails for it.</summary>
    public void Replay(IReadOnlyList<JournalEvent> history)
    {
        _lastNumber = history.Count == 0 ? 0 : history[^1].Number;
        _replay.Start(history);
        EnterTurn();
        try
        {
            while (_broken is null && _replay.NextArrival() is { } arrival)
            {
                Deliver(arrival);
                if (_broken is null && Outcome() is { } outcome)
                    _replay.ExpectEnd(outcome);
            }

            if (_broken is null)
                _replay.ExpectNothing();
        }
        catch (NonDeterministicOrchestrationException mismatch)
        {
            _broken = mismatch;
        }
        finally
        {
            _replay.Stop();
            LeaveTurn();
        }
    }

    /// <summary>Takes in what has happened and runs the code until it waits again. Null when nothing can be taken in now.</summary>
    public TurnCommit? TakeTurn(DateTimeOffset now, IReadOnlyList<Message> inbox)
    {
        var messages = _broken is null ? Inbox.Select(inbox, _started, _suspended) : Inbox.All(inbox);
        if (messages.Count == 0)
            return null;
        _recorded = [];
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
                end = _broken is null ? Take(message) : End(JournalEventKind.Failed, FailureRecord.Of(_broken).ToJson());
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
        if (_broken is not null)
            throw _broken;
        if (!IsReplaying)
        {
            Append(action);
            return;
        }

        try
        {
            _replay.Match(action);
        }
        catch (NonDeterministicOrchestrationException mismatch)
        {
            // The code may catch what it is thrown; the execution stays broken all the same.
            _broken = mismatch;
            throw;
        }
    }

    /// <summary>Fails when orchestrator code calls in from anywhere but its own turn.</summary>
    public void Guard()
    {
        if (!_scheduler.IsCurrent)
            throw Fault("its context was used on another thread (after ConfigureAwait(false) or Task.Run).");
    }

    /// <summary>
    /// Whether a cancellation comes from the orchestrator's own turn. One that does not is reported and not thrown: it would end the process.
    /// </summary>
    public bool MayCancel()
    {
        if (!_scheduler.IsCurrent)
            Fault("its token was cancelled on another thread (by a time-out or CancelAsync; use Cancel).");
        return _scheduler.IsCurrent;
    }

    private JournalEvent? Take(Message message)
    {
        switch (message.Kind)
        {
            case JournalEventKind.Terminated:
                return End(JournalEventKind.Terminated, message.Data);
            case JournalEventKind.Faulted:
                _broken = new NonDeterministicOrchestrationException(Row.Id, message.Data!);
                return End(JournalEventKind.Failed, FailureRecord.Of(_broken).ToJson());
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
            _scheduler.Run(() => Apply(e));
        }
        catch (NonDeterministicOrchestrationException mismatch)
        {
            _broken ??= mismatch;
        }
#pragma warning disable CA1031 // Only async void code of the orchestrator gets here: it fails the orchestration as any other exception does.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _broken ??= exception;
        }

        lock (_gate)
        {
            if (_fault is not null)
                _broken ??= new NonDeterministicOrchestrationException(Row.Id, _fault);
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
                _started = true;
                _orchestrator = RunAsync();
                break;
            case JournalEventKind.EventRaised:
                Events.Raise(e.Name!, e.Data);
                break;
            case JournalEventKind.Suspended:
                _suspended = true;
                break;
            case JournalEventKind.Resumed:
                _suspended = false;
                break;
            default:
                Tasks.Close(e);
                break;
        }
    }

    // In its own turn an async method ends in its own turn: an orchestrator whose task ends elsewhere is reported by the scheduler.
    private async Task<object?> RunAsync()
    {
        if (!_functions.HasOrchestrator(Row.Name))
            throw new UnknownOrchestratorException(Row.Name);
        return await _functions.RunOrchestratorAsync(Row.Name, _context);
    }

    private Outcome? Outcome()
    {
        if (_broken is null && _orchestrator is { IsCompleted: false } && !Tasks.Any && !Events.HasOpenWaiters)
        {
            _broken = new NonDeterministicOrchestrationException(
                Row.Id, "it awaits something that is not a durable task (a delay, I/O, Task.Run): no event can ever wake it.");
        }

        if (_broken is not null)
            return new Outcome(JournalEventKind.Failed, FailureRecord.Of(_broken).ToJson());
        if (_orchestrator is not { IsCompleted: true } || Tasks.Any)
            return null;
        if (_orchestrator.Exception is { } thrown)
            return new Outcome(JournalEventKind.Failed, FailureRecord.Of(thrown.InnerException!).ToJson());
        if (_orchestrator.IsCanceled)
            return new Outcome(JournalEventKind.Failed, FailureRecord.Of(new TaskCanceledException(_orchestrator)).ToJson());
        return Anew is { } next
            ? new Outcome(JournalEventKind.ContinuedAsNew, next.Input)
            : new Outcome(JournalEventKind.Completed, DurableValues.Instance.Serialize(_orchestrator.Result));
    }

    private JournalEvent End(JournalEventKind kind, string? data) => Append(new JournalEvent(0, kind, Now, Data: data));

    private JournalEvent Append(JournalEvent e)
    {
        var numbered = e with { Number = ++_lastNumber, At = Now };
        _recorded.Add(numbered);
        return numbered;
    }

    private TurnCommit Commit(JournalEvent? end, List<long> taken) => new(
        Row.Key,
        Row.Id,
        Row.Name,
        Now,
        _recorded,
        taken,
        end?.Kind switch
        {
            JournalEventKind.Completed => OrchestrationRuntimeStatus.Completed,
            JournalEventKind.Failed => OrchestrationRuntimeStatus.Failed,
            JournalEventKind.Terminated => OrchestrationRuntimeStatus.Terminated,
            _ => _suspended ? OrchestrationRuntimeStatus.Suspended
                : _started ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending,
        },
        CustomStatus,
        end is { Kind: JournalEventKind.Failed } ? FailureRecord.Read(end.Data).ToString() : end?.Data,
        end is { Kind: JournalEventKind.ContinuedAsNew } && Anew is { } next
            ? next with { Events = PreserveEvents ? Events.TakeKept() : [] }
            : null);

    private NonDeterministicOrchestrationException Fault(string what)
    {
        bool first, later;
        lock (_gate)
        {
            first = _fault is null;
            later = _inTurn;
            _fault ??= what;
        }

        if (first && !later)
            _reportFault(Row.Key, what);
        return new NonDeterministicOrchestrationException(Row.Id, what);
    }

    private void EnterTurn()
    {
        lock (_gate)
            _inTurn = true;
    }

    private void LeaveTurn()
    {
        lock (_gate)
            _inTurn = false;
    }
}
