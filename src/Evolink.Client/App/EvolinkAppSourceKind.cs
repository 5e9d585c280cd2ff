using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>The way by which a task came into an Evolink.Functions app; values may be added.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<EvolinkAppSourceKind>))]
public readonly record struct EvolinkAppSourceKind(string? Value) : IExtensibleValue<EvolinkAppSourceKind>
{
    /// <summary>A request.</summary>
    public static EvolinkAppSourceKind Http { get; } = new("http");

    /// <summary>A queue message.</summary>
    public static EvolinkAppSourceKind Queue { get; } = new("queue");

    /// <summary>An upload.</summary>
    public static EvolinkAppSourceKind Blob { get; } = new("blob");

    /// <summary>An item of a batch.</summary>
    public static EvolinkAppSourceKind Batch { get; } = new("batch");

    /// <inheritdoc/>
    public static EvolinkAppSourceKind Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(EvolinkAppSourceKind other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
