namespace Evolink.LocalHost.Durable;

/// <summary>
/// No orchestration has this id. The real host answers with an <c>RpcException</c> of status NotFound; callers that raise events treat any
/// exception as a lost hint, so the type may differ.
/// </summary>
public sealed class DurableInstanceNotFoundException(string instanceId)
    : InvalidOperationException($"No orchestration instance '{instanceId}' exists.")
{
    /// <summary>The id that was asked for.</summary>
    public string InstanceId { get; } = instanceId;
}
