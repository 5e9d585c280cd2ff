namespace Evolink.LocalHost.Durable.Journal;

/// <summary>One row of an instance's journal.</summary>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Kind">What happened.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="TaskId">The activity, timer or sub-orchestration it is about, counted from 0 within the instance.</param>
/// <param name="Name">The name of an orchestrator, activity or event.</param>
/// <param name="Target">The other instance, for sub-orchestrations and sent events.</param>
/// <param name="Due">When a timer is due.</param>
/// <param name="Version">The version of an orchestrator that is started.</param>
/// <param name="Data">JSON of the input, result, failure or payload.</param>
public sealed record JournalEvent(
    int Number,
    JournalEventKind Kind,
    DateTimeOffset At,
    int? TaskId = null,
    string? Name = null,
    string? Target = null,
    DateTimeOffset? Due = null,
    string? Version = null,
    string? Data = null)
{
    /// <summary>Whether this is something the orchestrator's code did, as opposed to something that happened to it.</summary>
    public bool IsAction => Kind is JournalEventKind.ActivityScheduled or JournalEventKind.TimerCreated or JournalEventKind.TimerCancelled
        or JournalEventKind.SubOrchestrationScheduled or JournalEventKind.EventSent;

    /// <summary>Whether this is the last event of an execution.</summary>
    public bool IsEnd => Kind is JournalEventKind.Completed or JournalEventKind.Failed or JournalEventKind.Terminated
        or JournalEventKind.ContinuedAsNew;

    internal string Describe() => Kind + (TaskId is { } id ? $" #{id}" : "") + (Name is null ? "" : $" '{Name}'")
        + (Target is null ? "" : $" of instance '{Target}'") + (Due is { } due ? $" due {due.UtcDateTime:O}" : "");
}
