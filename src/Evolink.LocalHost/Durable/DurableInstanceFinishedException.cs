using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable;

/// <summary>The orchestration is over, so nothing can be sent to it. The real host answers with an <c>RpcException</c> of status FailedPrecondition.</summary>
public sealed class DurableInstanceFinishedException(string instanceId, OrchestrationRuntimeStatus status, string attempt)
    : InvalidOperationException($"Orchestration instance '{instanceId}' is {status}: it cannot {attempt}.")
{
    /// <summary>The instance.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>How it ended.</summary>
    public OrchestrationRuntimeStatus Status { get; } = status;
}
