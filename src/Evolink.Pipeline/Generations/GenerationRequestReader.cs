using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Reads a request body by hand, so that every mistake is found at once and named as Evolink's own API would name it: wrong types,
/// unknown and doubled properties, and then every rule of <see cref="VideoGenerationRequestValidator"/>. What is right stays as it came, byte for byte.
/// </summary>
public static class GenerationRequestReader
{
    /// <summary>Names one of the client's own images, in place of <c>image_urls</c>.</summary>
    internal const string ImageName = "image";

    private static readonly string[] Known =
    [
        "model", "prompt", "duration", "quality", "image_urls", "prompt_extend", "model_params", "audio_url", "callback_url",
        "reference", "metadata", ImageName,
    ];

    private static readonly string[] KnownModelParams = ["shot_type"];

    /// <summary>Reads and checks a body.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="rules">What is allowed here.</param>
    public static (VideoGenerationRequest? Request, IReadOnlyList<ValidationIssue> Issues) Read(
        ReadOnlyMemory<byte> utf8, RequestRules rules)
    {
        (JsonDocument? document, ValidationIssue? broken) = Parse(utf8);
        using (document)
            return document is null ? (null, [broken!]) : Read(document.RootElement, rules);
    }

    /// <summary>Parses a body, or says why it is none.</summary>
    internal static (JsonDocument? Document, ValidationIssue? Broken) Parse(ReadOnlyMemory<byte> utf8)
    {
        (JsonDocument? document, string? problem) = IncomingJson.Parse(utf8);
        return (document, problem is null ? null : new ValidationIssue("body", ValidationCodes.Malformed, $"The body {problem}."));
    }

    /// <summary>Reads and checks a body that was parsed already, without doubled properties.</summary>
    public static (VideoGenerationRequest? Request, IReadOnlyList<ValidationIssue> Issues) Read(
        JsonElement body, RequestRules rules)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return (null, [new ValidationIssue("body", ValidationCodes.Malformed, $"The body is a JSON {Name(body)}; it must be an object.")]);

        string? model = body.TryGetProperty("model", out JsonElement name) && name.ValueKind == JsonValueKind.String ? TextOf(name) : null;
        if (model is not null && !rules.Allows(model))
            return (null, [NotAllowed(model)]);
        return model is null or VideoGenerationRequest.Wan26ImageToVideo or VideoGenerationRequest.Wan26ImageToVideoFlash
            ? ReadSeeds(body, rules)
            : ModelRequestReader.Read(body, VideoModels.Find(model), rules);
    }

    // The contract's own model, by its letter.
    private static (VideoGenerationRequest? Request, IReadOnlyList<ValidationIssue> Issues) ReadSeeds(JsonElement body, RequestRules rules)
    {
        JsonFields fields = new(body, string.Empty, [.. Known, .. rules.Beside]);
        JsonFields? parameters = fields.Object("model_params", KnownModelParams);
        List<ValidationIssue> issues = [];
        VideoGenerationRequest request = new()
        {
            Model = fields.String("model"),
            Prompt = fields.String("prompt"),
            Duration = fields.Integer("duration"),
            Quality = fields.String("quality"),
            ImageUrls = ImageUrls(fields, issues),
            PromptExtend = fields.Boolean("prompt_extend"),
            ModelParams = parameters is null ? null : new VideoModelParameters
            {
                ShotType = parameters.String("shot_type"),
                AdditionalProperties = rules.AllowUnknown ? parameters.Unknown() : null,
            },
            AudioUrl = fields.String("audio_url"),
            CallbackUrl = fields.String("callback_url"),
            Reference = fields.String("reference"),
            Metadata = fields.Texts("metadata"),
            AdditionalProperties = rules.AllowUnknown ? fields.Unknown() : null,
        };
        issues.AddRange([.. fields.Issues, .. parameters?.Issues ?? []]);
        if (!rules.AllowUnknown)
            issues.AddRange([.. fields.UnknownIssues(), .. parameters?.UnknownIssues() ?? []]);
        // The client's own image is not fetched over its link, so the rules for links do not concern it. Evolink would fetch every other
        // link of this app in vain: without the client's key it gets none.
        bool isOwnSound = ImageLinks.Own(request.AudioUrl, rules.OwnBases) is not null;
        if (isOwnSound && ImageLinks.KindOf(request.AudioUrl!) != MediaKind.Audio)
            issues.Add(ModelRequestReader.WrongKind("audio_url", MediaKind.Audio));
        bool isOwn = request.ImageUrls is [var image] && ImageLinks.Own(image, rules.OwnBases) is not null;
        if (isOwn && ImageLinks.KindOf(request.ImageUrls![0]) != MediaKind.Image)
            issues.Add(ModelRequestReader.WrongKind("image_urls[0]", MediaKind.Image));
        if (request.ImageUrls is [var link] && !isOwn && ImageLinks.LeadsTo(link, rules.OwnBases))
            issues.Add(NoImageOfOurs);
        // A field of the wrong type reads as absent: the type is its mistake, not the absence.
        HashSet<string> settled = [.. issues.Select(issue => issue.Param)];
        if (isOwn)
            settled.Add("image_urls[0]");
        if (isOwnSound)
            settled.Add("audio_url");
        if (settled.Contains(ImageName))
            settled.Add("image_urls");
        issues.AddRange(VideoGenerationRequestValidator.Validate(request, rules.Validation).Where(issue => !settled.Contains(issue.Param)));
        return (issues.Count > 0 ? request : AsItCame(body, request, rules), issues);
    }

    // A null is as good as nothing, and is not sent: Evolink's contract knows none.
    private static VideoGenerationRequest AsItCame(JsonElement body, VideoGenerationRequest read, RequestRules rules)
    {
        VideoGenerationRequest request = Bare(body, rules);
        if (body.TryGetProperty(ImageName, out JsonElement image) && image.ValueKind == JsonValueKind.String)
            request = request.Without([ImageName]) with { ImageUrls = read.ImageUrls };
        return body.TryGetProperty("model_params", out JsonElement parameters) && parameters.ValueKind == JsonValueKind.Object && HasNull(parameters)
            ? request.With("model_params", JsonSerializer.SerializeToElement(read, EvolinkJsonContext.Default.VideoGenerationRequest).GetProperty("model_params"))
            : request;
    }

    /// <summary>The request without what stands beside it, and without its nulls.</summary>
    internal static VideoGenerationRequest Bare(JsonElement body, RequestRules rules) => VideoGenerationRequest.Of(body).Without(
        [.. rules.Beside, .. body.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Null).Select(member => member.Name)]);

    private static bool HasNull(JsonElement parameters) => parameters.EnumerateObject().Any(member => member.Value.ValueKind == JsonValueKind.Null);

    private static ValidationIssue NotAllowed(string model) => new(
        "model",
        ValidationCodes.ModelNotAllowed,
        $"This app does not allow the model: {model[..Math.Min(model.Length, 100)]}. GET /v1/models tells those that it does (Evolink:Models).");

    private static string? TextOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: told with the other mistakes.
            return null;
        }
    }

    private static ValidationIssue NoImageOfOurs => NoFileOfOurs("image_urls[0]");

    /// <summary>A link to this app that names no file of a client's.</summary>
    internal static ValidationIssue NoFileOfOurs(string param) => new(
        param,
        ValidationCodes.NotSupported,
        $"{param} leads to this app, but to no image that a client can name; POST the image to /v1/images (audio and video to /v1/files), and give "
        + "the link that it answers, as it is.");

    internal static ValidationIssue NoImageName => new(
        ImageName,
        ValidationCodes.Malformed,
        "'image' must be the name of an image that you uploaded: its SHA-256, 64 lower-case hexadecimal digits, the end of the link that POST /v1/images answers.");

    // The name of the client's own image is short for its link.
    private static IReadOnlyList<string>? ImageUrls(JsonFields fields, List<ValidationIssue> issues)
    {
        IReadOnlyList<string>? urls = fields.Strings("image_urls");
        if (fields.String(ImageName) is not { } name)
            return urls;
        if (!ImageStore.IsName(name))
            issues.Add(NoImageName);
        else if (urls is not null)
            issues.Add(new ValidationIssue(ImageName, ValidationCodes.Conflict, "'image' and 'image_urls' both name the image; leave one of the two out."));
        else
            return [ImageLinks.Relative(name)];
        return urls;
    }

    internal static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Undefined => "nothing",
        JsonValueKind kind => kind.ToString().ToLowerInvariant(),
    };
}
