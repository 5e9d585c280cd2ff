#nullable disable

namespace DurableTask.Core
{
    public enum OrchestrationStatus
    {
        Running,
        Completed,
        ContinuedAsNew,
        Failed,
        Canceled,
        Terminated,
        Pending,
    }
}

// As in Azure/durabletask, src/DurableTask.Core/History: of each event what the app and LocalHost use, and only what all versions have alike.
namespace DurableTask.Core.History
{
    public abstract class HistoryEvent
    {
        protected HistoryEvent(int eventId) => EventId = eventId;

        public int EventId { get; }

        public bool IsPlayed { get; set; }

        public DateTime Timestamp { get; set; }
    }

    public class ExecutionStartedEvent : HistoryEvent
    {
        public ExecutionStartedEvent(int eventId, string input)
            : base(eventId) => Input = input;

        public string Name { get; set; }

        public string Version { get; set; }

        public string Input { get; set; }
    }

    public class TaskScheduledEvent : HistoryEvent
    {
        public TaskScheduledEvent(int eventId)
            : base(eventId)
        {
        }

        public string Name { get; set; }

        public string Input { get; set; }
    }

    public class TaskCompletedEvent : HistoryEvent
    {
        public TaskCompletedEvent(int eventId, int taskScheduledId, string result)
            : base(eventId) => (TaskScheduledId, Result) = (taskScheduledId, result);

        public int TaskScheduledId { get; }

        public string Result { get; }
    }

    public class TaskFailedEvent : HistoryEvent
    {
        public TaskFailedEvent(int eventId, int taskScheduledId, string reason, string details)
            : base(eventId) => (TaskScheduledId, Reason, Details) = (taskScheduledId, reason, details);

        public int TaskScheduledId { get; }

        public string Reason { get; }

        public string Details { get; }
    }

    public class TimerCreatedEvent : HistoryEvent
    {
        public TimerCreatedEvent(int eventId, DateTime fireAt)
            : base(eventId) => FireAt = fireAt;

        public DateTime FireAt { get; set; }
    }

    public class TimerFiredEvent : HistoryEvent
    {
        public TimerFiredEvent(int timerId, DateTime fireAt)
            : base(-1) => (TimerId, FireAt) = (timerId, fireAt);

        public int TimerId { get; set; }

        public DateTime FireAt { get; set; }
    }

    public class SubOrchestrationInstanceCreatedEvent : HistoryEvent
    {
        public SubOrchestrationInstanceCreatedEvent(int eventId)
            : base(eventId)
        {
        }

        public string Name { get; set; }

        public string InstanceId { get; set; }

        public string Input { get; set; }
    }

    public class SubOrchestrationInstanceCompletedEvent : HistoryEvent
    {
        public SubOrchestrationInstanceCompletedEvent(int eventId, int taskScheduledId, string result)
            : base(eventId) => (TaskScheduledId, Result) = (taskScheduledId, result);

        public int TaskScheduledId { get; }

        public string Result { get; }
    }

    public class SubOrchestrationInstanceFailedEvent : HistoryEvent
    {
        public SubOrchestrationInstanceFailedEvent(int eventId, int taskScheduledId, string reason, string details)
            : base(eventId) => (TaskScheduledId, Reason, Details) = (taskScheduledId, reason, details);

        public int TaskScheduledId { get; }

        public string Reason { get; }

        public string Details { get; }
    }

    public class EventRaisedEvent : HistoryEvent
    {
        public EventRaisedEvent(int eventId, string input)
            : base(eventId) => Input = input;

        public string Name { get; set; }

        public string Input { get; set; }
    }

    public class EventSentEvent : HistoryEvent
    {
        public EventSentEvent(int eventId)
            : base(eventId)
        {
        }

        public string InstanceId { get; set; }

        public string Name { get; set; }

        public string Input { get; set; }
    }

    public class ExecutionCompletedEvent : HistoryEvent
    {
        public ExecutionCompletedEvent(int eventId, string result, OrchestrationStatus orchestrationStatus)
            : base(eventId) => (Result, OrchestrationStatus) = (result, orchestrationStatus);

        public OrchestrationStatus OrchestrationStatus { get; }

        public string Result { get; }
    }

    public class GenericEvent : HistoryEvent
    {
        public GenericEvent(int eventId, string data)
            : base(eventId) => Data = data;

        public string Data { get; set; }
    }

    public class ContinueAsNewEvent : ExecutionCompletedEvent
    {
        public ContinueAsNewEvent(int eventId, string input)
            : base(eventId, input, OrchestrationStatus.ContinuedAsNew)
        {
        }
    }
}
