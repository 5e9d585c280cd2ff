namespace Evolink.Simulator;

/// <summary>Where a <see cref="FaultScript"/> is played: on a task that exists, or on submits to come.</summary>
public sealed record FaultOrder
{
    /// <summary>What goes wrong.</summary>
    public required FaultScript Script { get; init; }

    /// <summary>The task that it is played on from now on, in place of its script. The other members are then without meaning.</summary>
    public string? TaskId { get; init; }

    /// <summary>Only submits whose prompt holds this text; <see langword="null"/>: every submit.</summary>
    public string? PromptContains { get; init; }

    /// <summary>How many submits it is played on; <see langword="null"/>: all of them.</summary>
    public int? Submits { get; init; } = 1;
}
