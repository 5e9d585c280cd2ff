namespace Evolink.LocalHost.Durable.Journal;

/// <summary>What one row of a journal records. The numbers are stored: they never change.</summary>
public enum JournalEventKind
{
    /// <summary>Not a row.</summary>
    None = 0,

    /// <summary>A turn began; its time is the orchestrator's clock until the next one.</summary>
    TurnStarted = 1,

    /// <summary>The orchestrator began, with its input.</summary>
    ExecutionStarted = 2,

    /// <summary>The code asked for an activity.</summary>
    ActivityScheduled = 3,

    /// <summary>An activity's result arrived.</summary>
    ActivityCompleted = 4,

    /// <summary>An activity's failure arrived.</summary>
    ActivityFailed = 5,

    /// <summary>The code asked for a timer.</summary>
    TimerCreated = 6,

    /// <summary>A timer came due.</summary>
    TimerFired = 7,

    /// <summary>The code cancelled a timer.</summary>
    TimerCancelled = 8,

    /// <summary>The code asked for a sub-orchestration.</summary>
    SubOrchestrationScheduled = 9,

    /// <summary>A sub-orchestration's result arrived.</summary>
    SubOrchestrationCompleted = 10,

    /// <summary>A sub-orchestration's failure arrived.</summary>
    SubOrchestrationFailed = 11,

    /// <summary>An external event arrived.</summary>
    EventRaised = 12,

    /// <summary>The code sent an event to another instance.</summary>
    EventSent = 13,

    /// <summary>The instance was suspended.</summary>
    Suspended = 14,

    /// <summary>The instance was resumed.</summary>
    Resumed = 15,

    /// <summary>The orchestrator returned.</summary>
    Completed = 16,

    /// <summary>The orchestrator threw, or could not go on.</summary>
    Failed = 17,

    /// <summary>The instance was terminated.</summary>
    Terminated = 18,

    /// <summary>The orchestrator asked to begin anew.</summary>
    ContinuedAsNew = 19,

    /// <summary>The engine saw orchestrator code run outside of its turn. Only ever a message: the journal then says Failed.</summary>
    Faulted = 20,
}
