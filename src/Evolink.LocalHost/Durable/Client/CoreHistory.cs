using DurableTask.Core;
using DurableTask.Core.History;
using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Client;

/// <summary>An instance's journal in the terms of DurableTask.Core, as its client tells histories.</summary>
internal static class CoreHistory
{
    // As DurableTask.Core numbers what nothing refers to.
    private const int NoId = -1;

    public static IEnumerable<HistoryEvent> Of(IEnumerable<JournalEvent> journal)
    {
        foreach (JournalEvent row in journal)
        {
            if (Event(row) is { } told)
            {
                told.Timestamp = row.At.UtcDateTime;
                yield return told;
            }
        }
    }

    private static HistoryEvent? Event(JournalEvent row)
    {
        int task = row.TaskId ?? NoId;
        DateTime due = row.Due?.UtcDateTime ?? default;
        return row.Kind switch
        {
            JournalEventKind.ExecutionStarted => new ExecutionStartedEvent(NoId, row.Data) { Name = row.Name, Version = row.Version },
            JournalEventKind.ActivityScheduled => new TaskScheduledEvent(task) { Name = row.Name, Input = row.Data },
            JournalEventKind.ActivityCompleted => new TaskCompletedEvent(NoId, task, row.Data),
            JournalEventKind.ActivityFailed => new TaskFailedEvent(NoId, task, row.Data, details: null),
            JournalEventKind.TimerCreated => new TimerCreatedEvent(task, due),
            JournalEventKind.TimerFired => new TimerFiredEvent(task, due),
            JournalEventKind.SubOrchestrationScheduled => new SubOrchestrationInstanceCreatedEvent(task) { Name = row.Name, InstanceId = row.Target, Input = row.Data },
            JournalEventKind.SubOrchestrationCompleted => new SubOrchestrationInstanceCompletedEvent(NoId, task, row.Data),
            JournalEventKind.SubOrchestrationFailed => new SubOrchestrationInstanceFailedEvent(NoId, task, row.Data, details: null),
            JournalEventKind.EventRaised => new EventRaisedEvent(NoId, row.Data) { Name = row.Name },
            JournalEventKind.EventSent => new EventSentEvent(task) { Name = row.Name, InstanceId = row.Target, Input = row.Data },
            JournalEventKind.Completed => new ExecutionCompletedEvent(NoId, row.Data, OrchestrationStatus.Completed),
            JournalEventKind.Failed => new ExecutionCompletedEvent(NoId, row.Data, OrchestrationStatus.Failed),
            JournalEventKind.Terminated => new ExecutionCompletedEvent(NoId, row.Data, OrchestrationStatus.Terminated),
            JournalEventKind.ContinuedAsNew => new ContinueAsNewEvent(NoId, row.Data),
            JournalEventKind.Suspended or JournalEventKind.Resumed => new GenericEvent(NoId, row.Kind.ToString()),
            // What DurableTask.Core does not record: where a turn begins, and that a timer is not waited for any more.
            _ => null,
        };
    }
}
