using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline.Generations;

/// <summary>The request as it came, in a blob of its own (<c>generations/requests/{id}.json</c>): it may hold presigned links, so it is never logged.</summary>
/// <param name="Body">What the client sent, byte for byte, its own <c>callback_url</c> included: Evolink gets ours instead.</param>
/// <param name="Media">The client's own files that it names: Evolink gets links to them that it can open.</param>
[JsonConverter(typeof(JsonConverter))]
public sealed record StoredRequest(VideoGenerationRequest Body, IReadOnlyList<OwnMedia> Media)
{
    internal sealed class JsonConverter : JsonConverter<StoredRequest>
    {
        // One image in image_urls, as versions before this one wrote it, and read it still.
        private const string OwnImage = "own_image";

        public override StoredRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            VideoGenerationRequest body = root.GetProperty("body") is { ValueKind: JsonValueKind.Object } json
                ? VideoGenerationRequest.Of(json)
                : throw new JsonException("A stored request has a body.");
            if (root.TryGetProperty("own_media", out JsonElement media))
                return new StoredRequest(body, [.. media.EnumerateArray().Select(Read)]);
            return root.TryGetProperty(OwnImage, out JsonElement image) && body.ImageUrls is [var link]
                ? new StoredRequest(body, [new OwnMedia(link, image.GetString()!)])
                : new StoredRequest(body, []);
        }

        public override void Write(Utf8JsonWriter writer, StoredRequest value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("body");
            // As it came: neither its numbers nor its order are ours to change.
            writer.WriteRawValue(value.Body.ToUtf8Bytes(), skipInputValidation: true);
            if (value.Media is [var only] && value.Body.ImageUrls is [var link] && only.Link == link)
                writer.WriteString(OwnImage, only.Name);
            if (value.Media.Count > 0)
            {
                writer.WriteStartArray("own_media");
                foreach (OwnMedia media in value.Media)
                {
                    writer.WriteStartObject();
                    writer.WriteString("link", media.Link);
                    writer.WriteString("name", media.Name);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        private static OwnMedia Read(JsonElement media) => new(media.GetProperty("link").GetString()!, media.GetProperty("name").GetString()!);
    }
}
