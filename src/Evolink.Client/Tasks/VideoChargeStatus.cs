using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Whether a task was charged: four known values, and whatever Evolink may add.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<VideoChargeStatus>))]
public readonly record struct VideoChargeStatus(string? Value) : IExtensibleValue<VideoChargeStatus>
{
    /// <summary>Evolink does not know.</summary>
    public static VideoChargeStatus Unknown { get; } = new("unknown");

    /// <summary>Credits are held back, not charged yet.</summary>
    public static VideoChargeStatus Reserved { get; } = new("reserved");

    /// <summary>Credits were charged.</summary>
    public static VideoChargeStatus Charged { get; } = new("charged");

    /// <summary>What was held back was let go.</summary>
    public static VideoChargeStatus Released { get; } = new("released");

    /// <inheritdoc/>
    public static VideoChargeStatus Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(VideoChargeStatus other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
