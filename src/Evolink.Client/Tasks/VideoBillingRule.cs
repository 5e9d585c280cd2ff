using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>What a price is counted by: three known values, and whatever Evolink may add.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where nothing was said.</param>
[JsonConverter(typeof(ExtensibleValueConverter<VideoBillingRule>))]
public readonly record struct VideoBillingRule(string? Value) : IExtensibleValue<VideoBillingRule>
{
    /// <summary>A price for each generation.</summary>
    public static VideoBillingRule PerCall { get; } = new("per_call");

    /// <summary>A price for each token.</summary>
    public static VideoBillingRule PerToken { get; } = new("per_token");

    /// <summary>A price for each second of video.</summary>
    public static VideoBillingRule PerSecond { get; } = new("per_second");

    /// <inheritdoc/>
    public static VideoBillingRule Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(VideoBillingRule other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or nothing.</summary>
    public override string ToString() => Value ?? "";
}
