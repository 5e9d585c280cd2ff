using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Status of a batch; values may be added.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<EvolinkAppBatchStatus>))]
public readonly record struct EvolinkAppBatchStatus(string? Value) : IExtensibleValue<EvolinkAppBatchStatus>
{
    /// <summary>No item was started.</summary>
    public static EvolinkAppBatchStatus Pending { get; } = new("pending");

    /// <summary>Items are under way.</summary>
    public static EvolinkAppBatchStatus Processing { get; } = new("processing");

    /// <summary>Every item is over, however it ended: the counts say how.</summary>
    public static EvolinkAppBatchStatus Completed { get; } = new("completed");

    /// <summary>It was cancelled, and every item is over.</summary>
    public static EvolinkAppBatchStatus Cancelled { get; } = new("cancelled");

    /// <inheritdoc/>
    public static EvolinkAppBatchStatus Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(EvolinkAppBatchStatus other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
