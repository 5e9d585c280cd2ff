namespace Evolink.Simulator;

/// <summary>Where a <see cref="FaultScript"/> is played: on a task that exists, or on submits to come.</summary>
/// <param name="Script">What goes wrong.</param>
/// <param name="TaskId">The task that it is played on from now on, in place of its script. The other parameters are then without meaning.</param>
/// <param name="PromptContains">Only submits whose prompt holds this text; <see langword="null"/>: every submit.</param>
/// <param name="Submits">How many submits it is played on; <see langword="null"/>: all of them.</param>
public sealed record FaultOrder(FaultScript Script, string? TaskId = null, string? PromptContains = null, int? Submits = 1);
