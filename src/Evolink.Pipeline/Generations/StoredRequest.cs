using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>The request as it came, in a blob of its own (<c>generations/requests/{id}.json</c>): it may hold presigned links, so it is never logged.</summary>
/// <param name="Body">What the client sent, its own <c>callback_url</c> included: Evolink gets ours instead.</param>
/// <param name="OwnImage">SHA-256 of the client's image in this app's storage, where <c>image_urls</c> pointed there.</param>
[JsonConverter(typeof(JsonConverter))]
public sealed record StoredRequest(VideoGenerationRequest Body, string? OwnImage)
{
    // The body keeps the form that it has on the wire, written by the client library's own context.
    internal sealed class JsonConverter : JsonConverter<StoredRequest>
    {
        public override StoredRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            VideoGenerationRequest? body = document.RootElement.GetProperty("body").Deserialize(EvolinkJsonContext.Default.VideoGenerationRequest);
            return new StoredRequest(
                body ?? throw new JsonException("A stored request has a body."),
                document.RootElement.TryGetProperty("own_image", out JsonElement image) ? image.GetString() : null);
        }

        public override void Write(Utf8JsonWriter writer, StoredRequest value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("body");
            JsonSerializer.Serialize(writer, value.Body, EvolinkJsonContext.Default.VideoGenerationRequest);
            if (value.OwnImage is { } image)
                writer.WriteString("own_image", image);
            writer.WriteEndObject();
        }
    }
}
