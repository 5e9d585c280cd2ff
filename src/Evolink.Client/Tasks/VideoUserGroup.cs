using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>The group of users whose prices hold: two known values, and whatever Evolink may add.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<VideoUserGroup>))]
public readonly record struct VideoUserGroup(string? Value) : IExtensibleValue<VideoUserGroup>
{
    /// <summary>Everybody.</summary>
    public static VideoUserGroup Default { get; } = new("default");

    /// <summary>Customers with prices of their own.</summary>
    public static VideoUserGroup Vip { get; } = new("vip");

    /// <inheritdoc/>
    public static VideoUserGroup Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(VideoUserGroup other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
