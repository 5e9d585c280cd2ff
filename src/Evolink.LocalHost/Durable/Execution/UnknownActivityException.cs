namespace Evolink.LocalHost.Durable.Execution;

/// <summary>An orchestrator called an activity whose name no function has. Retrying does not help.</summary>
internal sealed class UnknownActivityException(string name) : InvalidOperationException($"No activity function is named '{name}'.");
