namespace Evolink.LocalHost.Durable.Execution;

/// <summary>An orchestration was started whose name no function has. As on the real host, it is scheduled and then fails.</summary>
internal sealed class UnknownOrchestratorException(string name)
    : InvalidOperationException($"No orchestrator function is named '{name}'.");
