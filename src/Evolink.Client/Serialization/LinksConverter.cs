using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>
/// A list of links, each kept to the letter. Public, so that the source-generated contexts of other assemblies can hold the types that
/// use it.
/// </summary>
public sealed class LinksConverter : JsonConverter<IReadOnlyList<Uri>>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no list.</exception>
    public override IReadOnlyList<Uri>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A list of links is expected.");
        List<Uri> links = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
                reader.Skip();
            else if (Links.TryRead(reader.GetString(), out Uri? link))
                links.Add(link);
        }

        return links;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<Uri> value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartArray();
        foreach (Uri link in value)
            writer.WriteStringValue(link.OriginalString);
        writer.WriteEndArray();
    }
}
