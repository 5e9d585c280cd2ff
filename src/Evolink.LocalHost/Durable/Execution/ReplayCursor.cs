using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>Walks through a journal while the code is replayed and compares, event by event, what the code does with what it did.</summary>
internal sealed class ReplayCursor(string instanceId, bool compareInputs)
{
    private IReadOnlyList<JournalEvent> history = [];
    private int position;

    public bool IsActive { get; private set; }

    private JournalEvent? Next => position < history.Count ? history[position] : null;

    public void Start(IReadOnlyList<JournalEvent> events)
    {
        history = events;
        position = 0;
        IsActive = true;
    }

    public void Stop()
    {
        history = [];
        IsActive = false;
    }

    /// <summary>The next thing that happened to the orchestrator; null at the end. Fails if the code owes an action before it.</summary>
    public JournalEvent? NextArrival()
    {
        if (Next is not { } next)
            return null;
        if (next.IsAction)
            throw Mismatch(next, "did nothing more at this point");
        if (IsForced(next))
            return null;
        if (next.IsEnd)
            throw Mismatch(next, "was still waiting");
        position++;
        return next;
    }

    /// <summary>The code did <paramref name="action"/>: the journal must say so too.</summary>
    public void Match(JournalEvent action)
    {
        if (Next is not { } next || next.Kind != action.Kind || next.TaskId != action.TaskId || next.Name != action.Name
            || next.Target != action.Target)
        {
            throw Mismatch(Next, "did " + action.Describe());
        }

        if (compareInputs && (next.Data != action.Data || next.Due != action.Due || next.Version != action.Version))
        {
            throw Mismatch(
                next, next.Due == action.Due ? $"did {action.Describe()} with another input or version" : "did " + action.Describe());
        }

        position++;
    }

    /// <summary>The code ended: so must the journal, in the same way.</summary>
    public void ExpectEnd(Outcome outcome)
    {
        if (Next is { } forced && IsForced(forced))
            return;
        if (Next is not { } next || next.Kind != outcome.Kind)
            throw Mismatch(Next, "ended as " + outcome.Kind);
        if (compareInputs && !SameEnd(next, outcome))
            throw Mismatch(next, $"ended as {outcome.Kind} with another result");
        position = history.Count;
    }

    /// <summary>The journal is at its end: nothing may be left in it.</summary>
    public void ExpectNothing()
    {
        if (Next is { IsEnd: false } next)
            throw Mismatch(next, "was over");
    }

    // An end that the code did not choose.
    private static bool IsForced(JournalEvent e) => e.Kind is JournalEventKind.Terminated
        || (e.Kind is JournalEventKind.Failed && FailureRecord.Read(e.Data).Type == typeof(NonDeterministicOrchestrationException).FullName);

    // A stack trace may differ from run to run.
    private static bool SameEnd(JournalEvent end, Outcome outcome) => outcome.Kind is JournalEventKind.Failed
        ? FailureRecord.Read(end.Data).ToString() == FailureRecord.Read(outcome.Data).ToString()
        : end.Data == outcome.Data;

    private NonDeterministicOrchestrationException Mismatch(JournalEvent? expected, string actual) => expected is null
        ? new(instanceId, history.Count + 1, "the code to wait (the journal ends here)", actual)
        : new(instanceId, expected.Number, expected.Describe(), actual);
}
