using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable;

internal static partial class EngineLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Information,
        Message = "Durable engine started on {Journal}: {Instances} instances to wake, {Activities} activities to run again")]
    public static partial void Started(ILogger log, string journal, int instances, int activities);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Debug, Message = "Orchestration {InstanceId} ({Orchestrator}) ended: {Status}")]
    public static partial void OrchestrationEnded(
        ILogger log, string instanceId, string orchestrator, OrchestrationRuntimeStatus status);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Error, Message = "Orchestration {InstanceId} ({Orchestrator}) failed: {Reason}")]
    public static partial void OrchestrationFailed(ILogger log, string instanceId, string orchestrator, string reason);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Warning, Message = "Activity {Activity} #{TaskId} of {InstanceId} failed")]
    public static partial void ActivityFailed(ILogger log, string instanceId, string activity, int taskId, Exception exception);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Error, Message = "A turn of instance {Key} could not be journaled; it is taken again")]
    public static partial void TurnNotWritten(ILogger log, long key, Exception exception);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Error,
        Message = "The result of activity #{TaskId} of instance {Key} could not be journaled; it is written again")]
    public static partial void ResultNotWritten(ILogger log, long key, int taskId, Exception exception);

    [LoggerMessage(EventId = 4007, Level = LogLevel.Error, Message = "Timers could not be read or fired; they are looked at again")]
    public static partial void TimersFailed(ILogger log, Exception exception);

    [LoggerMessage(EventId = 4008, Level = LogLevel.Warning, Message = "A fault of instance {Key} could not be journaled")]
    public static partial void FaultNotWritten(ILogger log, long key, Exception exception);

    [LoggerMessage(EventId = 4010, Level = LogLevel.Error, Message = "An activity could not be run; it is left for the next start")]
    public static partial void ActivityNotRun(ILogger log, Exception exception);

    [LoggerMessage(EventId = 4009, Level = LogLevel.Warning,
        Message = "{Count} activities did not end in time and were left; they run again after the next start")]
    public static partial void ActivitiesLeft(ILogger log, int count);

    /// <summary>The event id of <see cref="UnguardedStart"/>.</summary>
    public const int UnguardedStartEvent = 4011;

    [LoggerMessage(EventId = UnguardedStartEvent, Level = LogLevel.Warning,
        Message = "A start of {InstanceId}, which is {Status}, did not name this status in its dedupe statuses; here it changed nothing, on another backend it could have ended that run")]
    public static partial void UnguardedStart(ILogger log, string instanceId, OrchestrationRuntimeStatus status);
}
