namespace Evolink.Simulator;

/// <summary>Everything that goes wrong with one submit and the task it makes.</summary>
/// <remarks>Its lists are never null: generated JSON code sets what is absent to null, past any initializer.</remarks>
public sealed record FaultScript
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultScript None { get; } = new();

    /// <summary>What goes wrong with the submit.</summary>
    public SubmitFault? Submit { get; init; }

    /// <summary>What goes wrong with the callbacks; each changes what is sent.</summary>
    public IReadOnlyList<CallbackFault> Callbacks { get => field ?? []; init; }

    /// <summary>What goes wrong with the task and its query, in this order.</summary>
    public IReadOnlyList<ReadFault> Reads { get => field ?? []; init; }

    /// <summary>What goes wrong with the download, in this order.</summary>
    public IReadOnlyList<ResultFault> Results { get => field ?? []; init; }
}
