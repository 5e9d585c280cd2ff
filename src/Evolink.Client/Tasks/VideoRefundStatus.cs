using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Whether credits came back: five known values, and whatever Evolink may add.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<VideoRefundStatus>))]
public readonly record struct VideoRefundStatus(string? Value) : IExtensibleValue<VideoRefundStatus>
{
    /// <summary>Evolink does not know.</summary>
    public static VideoRefundStatus Unknown { get; } = new("unknown");

    /// <summary>There is nothing to give back.</summary>
    public static VideoRefundStatus NotRequired { get; } = new("not_required");

    /// <summary>They are about to come back.</summary>
    public static VideoRefundStatus Pending { get; } = new("pending");

    /// <summary>They came back.</summary>
    public static VideoRefundStatus Completed { get; } = new("completed");

    /// <summary>They did not come back.</summary>
    public static VideoRefundStatus Failed { get; } = new("failed");

    /// <inheritdoc/>
    public static VideoRefundStatus Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(VideoRefundStatus other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
