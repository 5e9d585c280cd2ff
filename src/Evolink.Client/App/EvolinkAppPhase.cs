using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Where a task stands in an Evolink.Functions app, finer than its status; values may be added.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<EvolinkAppPhase>))]
public readonly record struct EvolinkAppPhase(string? Value) : IExtensibleValue<EvolinkAppPhase>
{
    /// <summary>It is written down, nothing was sent.</summary>
    public static EvolinkAppPhase Accepted { get; } = new("accepted");

    /// <summary>It is being submitted.</summary>
    public static EvolinkAppPhase Submitting { get; } = new("submitting");

    /// <summary>Nothing was paid, and the submit waits.</summary>
    public static EvolinkAppPhase Parked { get; } = new("parked");

    /// <summary>Whether Evolink took the submit is being found out.</summary>
    public static EvolinkAppPhase Unknown { get; } = new("unknown");

    /// <summary>Evolink works on it.</summary>
    public static EvolinkAppPhase Waiting { get; } = new("waiting");

    /// <summary>The video is on its way to storage.</summary>
    public static EvolinkAppPhase Saving { get; } = new("saving");

    /// <summary>The video is in storage.</summary>
    public static EvolinkAppPhase Completed { get; } = new("completed");

    /// <summary>It ended without a video.</summary>
    public static EvolinkAppPhase Failed { get; } = new("failed");

    /// <summary>It was cancelled.</summary>
    public static EvolinkAppPhase Cancelled { get; } = new("cancelled");

    /// <inheritdoc/>
    public static EvolinkAppPhase Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(EvolinkAppPhase other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
