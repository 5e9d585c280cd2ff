namespace Evolink.Simulator;

/// <summary>How often something goes wrong under a seeded plan: probabilities from 0 to 1, each drawn on its own.</summary>
public sealed record FaultRates
{
    /// <summary>Probability of a fault of the submit.</summary>
    public double Submit { get; init; }

    /// <summary>Probability of a fault of the callback.</summary>
    public double Callback { get; init; }

    /// <summary>Probability of a fault of the task or its query.</summary>
    public double Read { get; init; }

    /// <summary>Probability of a fault of the download.</summary>
    public double Result { get; init; }

    /// <summary>
    /// Kinds that are never drawn, named as in the control API (<c>stuck</c>, <c>edge_block</c>): for a campaign that wants every job to end well.
    /// </summary>
    public IReadOnlyList<string> Without { get; init; } = [];
}
