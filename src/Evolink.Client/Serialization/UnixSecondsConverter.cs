using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>
/// A time as whole Unix seconds, as the API writes them. Public, so that the source-generated contexts of other assemblies can hold the
/// types that use it.
/// </summary>
public sealed class UnixSecondsConverter : JsonConverter<DateTimeOffset>
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no number, or no time that can be.</exception>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out decimal seconds) && seconds >= First && seconds <= Last
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : throw new JsonException("A time in Unix seconds is expected.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(value.ToUnixTimeSeconds());
    }
}
