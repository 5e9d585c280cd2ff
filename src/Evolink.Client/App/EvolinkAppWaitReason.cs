using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Why a task of an Evolink.Functions app waits; values may be added.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<EvolinkAppWaitReason>))]
public readonly record struct EvolinkAppWaitReason(string? Value) : IExtensibleValue<EvolinkAppWaitReason>
{
    /// <summary>Evolink refuses the app's key.</summary>
    public static EvolinkAppWaitReason Unauthorized { get; } = new("evolink_unauthorized");

    /// <summary>Evolink cannot be reached.</summary>
    public static EvolinkAppWaitReason Unreachable { get; } = new("evolink_unreachable");

    /// <summary>Evolink has asked to slow down.</summary>
    public static EvolinkAppWaitReason Throttled { get; } = new("throttled");

    /// <summary>The balance of the Evolink account does not cover it.</summary>
    public static EvolinkAppWaitReason Balance { get; } = new("balance");

    /// <summary>The app's key has used up its quota at Evolink.</summary>
    public static EvolinkAppWaitReason KeyQuota { get; } = new("key_quota");

    /// <summary>An operator holds all submits back.</summary>
    public static EvolinkAppWaitReason Paused { get; } = new("paused");

    /// <summary>The client has as much under way, or spent today, as it may.</summary>
    public static EvolinkAppWaitReason ClientLimit { get; } = new("client_limit");

    /// <summary>Other jobs are submitted before it.</summary>
    public static EvolinkAppWaitReason SubmitRate { get; } = new("submit_rate");

    /// <summary>Whether Evolink took the submit is being found out.</summary>
    public static EvolinkAppWaitReason OutcomeUnknown { get; } = new("submit_outcome_unknown");

    /// <summary>It failed at Evolink, and is sent once more after a pause.</summary>
    public static EvolinkAppWaitReason Regeneration { get; } = new("regeneration");

    /// <summary>It failed at Evolink, whose refund is awaited.</summary>
    public static EvolinkAppWaitReason Refund { get; } = new("refund");

    /// <summary>Its image cannot be handed to Evolink at the moment.</summary>
    public static EvolinkAppWaitReason Image { get; } = new("image");

    /// <summary>Its orchestration does not move.</summary>
    public static EvolinkAppWaitReason Stalled { get; } = new("stalled");

    /// <summary>The video could not be saved, which is tried again.</summary>
    public static EvolinkAppWaitReason SavingFailed { get; } = new("saving_failed");

    /// <summary>The app's storage cannot be used at the moment.</summary>
    public static EvolinkAppWaitReason Storage { get; } = new("storage");

    /// <summary>A step of the app failed, which is tried again.</summary>
    public static EvolinkAppWaitReason InternalError { get; } = new("internal_error");

    /// <inheritdoc/>
    public static EvolinkAppWaitReason Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(EvolinkAppWaitReason other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
