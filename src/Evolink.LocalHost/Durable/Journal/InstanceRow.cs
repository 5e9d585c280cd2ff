using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>One orchestration instance. <paramref name="Key"/> is never used twice, so that work of a replaced instance cannot reach its successor.</summary>
internal sealed record InstanceRow(
    long Key,
    string Id,
    string Name,
    string Version,
    OrchestrationRuntimeStatus Status,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    ParentLink? Parent = null,
    string? Input = null,
    string? Output = null,
    string? CustomStatus = null,
    string? Tags = null);

/// <summary>The orchestration, and the task in it, that waits for this one.</summary>
internal sealed record ParentLink(long Key, int TaskId, string Id, string Name);

/// <summary>What there is to know before writing about an instance.</summary>
internal sealed record InstanceHead(long Key, OrchestrationRuntimeStatus Status)
{
    public bool IsOver => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>Something that has happened to an instance and that no turn has taken in yet.</summary>
internal sealed record Message(long Id, JournalEventKind Kind, int? TaskId = null, string? Name = null, string? Data = null);

/// <summary>An activity that was scheduled and whose result is not journaled.</summary>
internal sealed record ActivityKey(long Instance, int TaskId);

/// <summary>What running an activity takes.</summary>
internal sealed record PendingActivity(ActivityKey Key, string Name, string? Input, string InstanceId);
