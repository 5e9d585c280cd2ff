namespace Evolink.Simulator;

/// <summary>Everything that goes wrong with one submit and the task it makes.</summary>
public sealed record FaultScript
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultScript None { get; } = new();

    /// <summary>What goes wrong with the submit.</summary>
    public SubmitFault? Submit { get; init; }

    /// <summary>What goes wrong with the callbacks; each changes what is sent.</summary>
    public IReadOnlyList<CallbackFault> Callbacks { get; init; } = [];

    /// <summary>What goes wrong with the task and its query, in this order.</summary>
    public IReadOnlyList<ReadFault> Reads { get; init; } = [];

    /// <summary>What goes wrong with the download, in this order.</summary>
    public IReadOnlyList<ResultFault> Results { get; init; } = [];
}
