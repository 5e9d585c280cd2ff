using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>
/// A length of time as whole seconds, rounded up. Public, so that the source-generated contexts of other assemblies can hold the types
/// that use it.
/// </summary>
public sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no number of seconds from 0 to 2147483647.</exception>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out decimal seconds) && seconds is >= 0 and <= int.MaxValue
            ? TimeSpan.FromSeconds((double)seconds)
            : throw new JsonException("A number of seconds is expected.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue((long)Math.Ceiling(value.TotalSeconds));
    }
}
