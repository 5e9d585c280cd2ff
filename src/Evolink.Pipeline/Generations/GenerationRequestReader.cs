using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Reads a request body by hand, so that every mistake is found at once and named as Evolink's own API would name it: wrong types,
/// unknown and doubled properties, and then every rule of <see cref="VideoGenerationRequestValidator"/>.
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

        JsonFields fields = new(body, string.Empty, [.. Known, .. rules.Beside]);
        JsonFields? model = fields.Object("model_params", KnownModelParams);
        List<ValidationIssue> issues = [];
        VideoGenerationRequest request = new()
        {
            Model = fields.String("model"),
            Prompt = fields.String("prompt"),
            Duration = fields.Integer("duration"),
            Quality = fields.String("quality"),
            ImageUrls = ImageUrls(fields, issues),
            PromptExtend = fields.Boolean("prompt_extend"),
            ModelParams = model is null ? null : new VideoModelParameters
            {
                ShotType = model.String("shot_type"),
                AdditionalProperties = rules.AllowUnknown ? model.Unknown() : null,
            },
            AudioUrl = fields.String("audio_url"),
            CallbackUrl = fields.String("callback_url"),
            Reference = fields.String("reference"),
            Metadata = fields.Texts("metadata"),
            AdditionalProperties = rules.AllowUnknown ? fields.Unknown() : null,
        };
        issues.AddRange([.. fields.Issues, .. model?.Issues ?? []]);
        if (!rules.AllowUnknown)
            issues.AddRange([.. fields.UnknownIssues(), .. model?.UnknownIssues() ?? []]);
        // The client's own image is not fetched over its link, so the rules for links do not concern it. Evolink would fetch every other
        // link of this app in vain: without the client's key it gets none.
        bool isOwn = request.ImageUrls is [var image] && ImageLinks.Own(image, rules.OwnBases) is not null;
        if (request.ImageUrls is [var link] && !isOwn && ImageLinks.LeadsTo(link, rules.OwnBases))
            issues.Add(NoImageOfOurs);
        // A field of the wrong type reads as absent: the type is its mistake, not the absence.
        HashSet<string> settled = [.. issues.Select(issue => issue.Param)];
        if (isOwn)
            settled.Add("image_urls[0]");
        if (settled.Contains(ImageName))
            settled.Add("image_urls");
        issues.AddRange(VideoGenerationRequestValidator.Validate(request, rules.Validation).Where(issue => !settled.Contains(issue.Param)));
        return (request, issues);
    }

    private static ValidationIssue NoImageOfOurs => new(
        "image_urls[0]",
        ValidationCodes.NotSupported,
        "image_urls[0] leads to this app, but to no image that a client can name; POST the image to /v1/images, and give the link that it "
        + "answers, as it is.");

    // The name of the client's own image is short for its link.
    private static IReadOnlyList<string>? ImageUrls(JsonFields fields, List<ValidationIssue> issues)
    {
        IReadOnlyList<string>? urls = fields.Strings("image_urls");
        if (fields.String(ImageName) is not { } name)
            return urls;
        if (!ImageStore.IsName(name))
            issues.Add(new ValidationIssue(ImageName, ValidationCodes.Malformed, "'image' must be the name of an image that you uploaded: its SHA-256, 64 lower-case hexadecimal digits, the end of the link that POST /v1/images answers."));
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
