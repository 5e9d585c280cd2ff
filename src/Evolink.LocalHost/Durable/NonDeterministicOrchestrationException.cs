namespace Evolink.LocalHost.Durable;

/// <summary>
/// Orchestrator code did not do what its journal says it did, or did what no journal can repeat (a real delay, I/O, another thread).
/// The instance ends as Failed with this text.
/// </summary>
public sealed class NonDeterministicOrchestrationException : InvalidOperationException
{
    /// <summary>The code left what the journal recorded.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="eventNumber">The number of the journal's event that does not match.</param>
    /// <param name="expected">What the journal holds.</param>
    /// <param name="actual">What the code did.</param>
    public NonDeterministicOrchestrationException(string instanceId, int eventNumber, string expected, string actual)
        : base($"Instance '{instanceId}' does not match its journal at event {eventNumber}: expected {expected}, but the code {actual}. "
            + "Orchestrator code must do the same on every replay; start changed code under a new version or name.")
    {
        InstanceId = instanceId;
        EventNumber = eventNumber;
    }

    /// <summary>The code did something that cannot be replayed at all.</summary>
    public NonDeterministicOrchestrationException(string instanceId, string what)
        : base($"Instance '{instanceId}' is not deterministic: {what}")
    {
        InstanceId = instanceId;
    }

    /// <summary>The instance.</summary>
    public string InstanceId { get; }

    /// <summary>The number of the journal's event that does not match, if it is about one.</summary>
    public int? EventNumber { get; }
}
