using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// What makes two requests the same: the SHA-256 of known fields in a fixed order, with defaults filled in, and of unknown fields sorted by name. Of models
/// whose defaults are not all known, it is that of all fields, sorted by name.
/// </summary>
public static class RequestDigest
{
    /// <summary>The digest of a request, hexadecimal.</summary>
    public static string Of(VideoGenerationRequest request)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            if (request.Model is not (null or VideoGenerationRequest.Wan26ImageToVideo or VideoGenerationRequest.Wan26ImageToVideoFlash))
                WriteSorted(json, request.ToJson());
            else
                WriteKnown(json, request);
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void WriteSorted(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    WriteSorted(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                    WriteSorted(json, item);
                json.WriteEndArray();
                break;
            default:
                // A number stays as it is written: no type holds them all.
                value.WriteTo(json);
                break;
        }
    }

    private static void WriteKnown(Utf8JsonWriter json, VideoGenerationRequest request)
    {
        json.WriteStartObject();
        json.WriteString("audio_url", request.AudioUrl);
        json.WriteString("callback_url", request.CallbackUrl);
        WriteDuration(json, request.Duration);
        json.WriteStartArray("image_urls");
        foreach (string url in request.ImageUrls ?? [])
            json.WriteStringValue(url);
        json.WriteEndArray();
        json.WriteString("model", request.Model ?? VideoGenerationRequest.Wan26ImageToVideo);
        json.WriteString("prompt", request.Prompt);
        json.WriteBoolean("prompt_extend", request.PromptExtend ?? true);
        json.WriteString("quality", request.Quality ?? "720p");
        json.WriteString("shot_type", request.ModelParams?.ShotType ?? "single");
        WriteOwn(json, request);
        WriteUnknown(json, "unknown", request.AdditionalProperties);
        WriteUnknown(json, "unknown_model_params", request.ModelParams?.AdditionalProperties);
        json.WriteEndObject();
    }

    // Evolink names no default for the duration, so "left out" stays different from every number.
    private static void WriteDuration(Utf8JsonWriter json, int? duration)
    {
        if (duration is { } seconds)
            json.WriteNumber("duration", seconds);
        else
            json.WriteNull("duration");
    }

    // Left out where there is nothing: the digests of earlier versions stay what they are.
    private static void WriteOwn(Utf8JsonWriter json, VideoGenerationRequest request)
    {
        if (request.Reference is { } reference)
            json.WriteString("reference", reference);
        if (request.Metadata is not { Count: > 0 } metadata)
            return;
        json.WriteStartObject("metadata");
        foreach ((string name, string text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(name, text);
        json.WriteEndObject();
    }

    private static void WriteUnknown(Utf8JsonWriter json, string name, IDictionary<string, JsonElement>? properties)
    {
        json.WriteStartObject(name);
        foreach ((string key, JsonElement value) in (properties ?? new Dictionary<string, JsonElement>()).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
