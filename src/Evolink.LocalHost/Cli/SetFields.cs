
namespace Evolink.LocalHost.Cli;

/// <summary>The fields that <c>--set</c> gives a request.</summary>
internal static class SetFields
{
    /// <summary>Whether a text is a field and a value.</summary>
    public static bool IsField(string text) => text.IndexOf('=', StringComparison.Ordinal) > 0 && Path(text).All(name => name.Length > 0);

    /// <summary>The request with the fields set. What is JSON is the value; anything else is a text.</summary>
    /// <exception cref="UsageException">A field leads into something that is no object.</exception>
    public static VideoGenerationRequest Apply(IReadOnlyList<string> fields, VideoGenerationRequest request)
    {
        JsonObject body = JsonNode.Parse(request.ToUtf8Bytes())!.AsObject();
        foreach (string field in fields)
        {
            string[] path = Path(field);
            JsonObject owner = path[..^1].Aggregate(body, (inner, name) => (inner[name] ??= new JsonObject()) as JsonObject
                ?? throw new UsageException($"--set {field} leads into {name}, which is no object."));
            owner[path[^1]] = Value(field[(field.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        }

        bool isPlain = fields.Count == 0 && request.Model is VideoGenerationRequest.Wan26ImageToVideo or VideoGenerationRequest.Wan26ImageToVideoFlash;
        return isPlain ? request : VideoGenerationRequest.Of(JsonElement.Parse(body.ToJsonString()));
    }

    /// <summary>The request with an image, in the first field of its model that takes one.</summary>
    public static VideoGenerationRequest WithImage(VideoGenerationRequest request, string url)
    {
        VideoModelField? field = VideoModels.Find(request.Model)?.ImageField;
        return field is null or { Name: "image_urls" }
            ? request with { ImageUrls = [url] }
            : request.With(field.Name, JsonElement.Parse(JsonValue.Create(url).ToJsonString()));
    }

    private static string[] Path(string field) => field[..field.IndexOf('=', StringComparison.Ordinal)].Split('.');

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
