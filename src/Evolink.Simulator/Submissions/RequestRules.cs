using System.Text.Json;
using Evolink.Client;

namespace Evolink.Simulator;

/// <summary>
/// The provider's own check of a submit, written from its contract and on purpose not shared with the client: a mistake in one must show in the
/// other. Like the provider it stops at the first mistake. Stricter than the words of the contract in one point: <c>shot_type</c> without
/// <c>prompt_extend</c>, which has no effect, is refused, for whoever sends it expects one.
/// </summary>
internal sealed class RequestRules(bool allowLoopback, Uri ownFiles, IReadOnlyList<string> models)
{
    private readonly OtherModelRules _others = new(allowLoopback, ownFiles);

    private const int MaxPromptCharacters = 1500;
    private const int MaxCallbackUrlLength = 2048;
    private const int DefaultDuration = 5;

    /// <summary>Reads a body; returns the order, or the first mistake.</summary>
    public (GenerationOrder? Order, EvolinkError? Mistake) Check(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return (Read(document.RootElement), null);
        }
        catch (JsonException)
        {
            return (null, Mistake(null, "The request body is not valid JSON."));
        }
        catch (MistakeException mistake)
        {
            return (null, mistake.IsDenied
                ? new EvolinkError("model_access_denied", mistake.Message, "invalid_request_error", mistake.Param)
                : Mistake(mistake.Param, mistake.Message));
        }
    }

    private static EvolinkError Mistake(string? param, string message) => new("invalid_request", message, "invalid_request_error", param);

    private GenerationOrder Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new MistakeException(null, "The request body must be a JSON object.");
        string model = Required(body, "model");
        if (!ServedModels.IsName(model))
            throw new MistakeException("model", "model is no name of a model.");
        if (!ServedModels.Allows(models, model))
            throw new MistakeException("model", $"Token does not have access to model: {model}") { IsDenied = true };
        if (model is not ("wan2.6-image-to-video" or "wan2.6-image-to-video-flash"))
            return _others.Read(body, model, Callback(Text(body, "callback_url")));
        string prompt = Required(body, "prompt");
        if (string.IsNullOrWhiteSpace(prompt))
            throw new MistakeException("prompt", "prompt must not be empty.");
        if (prompt.EnumerateRunes().Count() > MaxPromptCharacters)
            throw new MistakeException("prompt", $"prompt is limited to {MaxPromptCharacters} characters.");
        string quality = Text(body, "quality") ?? "720p";
        if (quality is not ("720p" or "1080p"))
            throw new MistakeException("quality", "quality must be 720p or 1080p.");
        CheckShotType(body);
        CheckAudio(Text(body, "audio_url"));
        return new GenerationOrder(model, prompt, Duration(body), quality, Image(body), Callback(Text(body, "callback_url")));
    }

    private static int Duration(JsonElement body)
    {
        if (!body.TryGetProperty("duration", out JsonElement value))
            return DefaultDuration;
        // 5.0 is an integer in JSON Schema, "5" is not.
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out decimal seconds) || seconds != decimal.Truncate(seconds))
            throw new MistakeException("duration", "duration must be an integer.");
        return seconds is >= 2 and <= 15 ? (int)seconds : throw new MistakeException("duration", "duration must be between 2 and 15 seconds.");
    }

    private string Image(JsonElement body)
    {
        if (!body.TryGetProperty("image_urls", out JsonElement urls))
            throw new MistakeException("image_urls", "image_urls is required.");
        if (urls.ValueKind != JsonValueKind.Array)
            throw new MistakeException("image_urls", "image_urls must be an array.");
        if (urls.GetArrayLength() != 1)
            throw new MistakeException("image_urls", $"image_urls must hold exactly 1 image, not {urls.GetArrayLength()}.");
        JsonElement first = urls[0];
        if (first.ValueKind != JsonValueKind.String)
            throw new MistakeException("image_urls[0]", "image_urls[0] must be a string.");
        string url = String(first, "image_urls[0]");
        if (!url.StartsWith(ownFiles.AbsoluteUri, StringComparison.Ordinal) && Addresses.Problem(url, allowLoopback) is { } problem)
            throw new MistakeException("image_urls[0]", $"image_urls[0] {problem}.");
        return url;
    }

    private string? Callback(string? url)
    {
        if (url is null)
            return null;
        if (url.Length > MaxCallbackUrlLength)
            throw new MistakeException("callback_url", $"callback_url must not exceed {MaxCallbackUrlLength} characters.");
        return Addresses.Problem(url, allowLoopback) is { } problem ? throw new MistakeException("callback_url", $"callback_url {problem}.") : url;
    }

    private void CheckAudio(string? url)
    {
        if (url is null)
            return;
        if (Addresses.Problem(url, allowLoopback) is { } problem)
            throw new MistakeException("audio_url", $"audio_url {problem}.");
        string extension = Path.GetExtension(new Uri(url).AbsolutePath);
        if (extension.Length > 0 && !extension.Equals(".mp3", StringComparison.OrdinalIgnoreCase))
            throw new MistakeException("audio_url", "audio_url must be an mp3 file.");
    }

    private static void CheckShotType(JsonElement body)
    {
        bool extend = !body.TryGetProperty("prompt_extend", out JsonElement value) || value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new MistakeException("prompt_extend", "prompt_extend must be a boolean."),
        };
        if (!body.TryGetProperty("model_params", out JsonElement parameters))
            return;
        if (parameters.ValueKind != JsonValueKind.Object)
            throw new MistakeException("model_params", "model_params must be an object.");
        string? shotType = Text(parameters, "shot_type", "model_params.shot_type");
        if (shotType is not (null or "single" or "multi"))
            throw new MistakeException("model_params.shot_type", "shot_type must be single or multi.");
        if (shotType is not null && !extend)
            throw new MistakeException("model_params.shot_type", "shot_type is only effective when prompt_extend is true.");
    }

    private static string Required(JsonElement body, string name) =>
        Text(body, name) ?? throw new MistakeException(name, $"{name} is required.");

    internal static string? Text(JsonElement body, string name, string? param = null)
    {
        if (!body.TryGetProperty(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.String
            ? String(value, param ?? name)
            : throw new MistakeException(param ?? name, $"{param ?? name} must be a string.");
    }

    internal static string String(JsonElement value, string param)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new MistakeException(param, $"{param} is not valid Unicode.");
        }
    }
}
