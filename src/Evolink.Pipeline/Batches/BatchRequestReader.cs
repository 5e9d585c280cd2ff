using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline.Batches;

/// <summary>
/// Reads the body of <c>POST /v1/batches</c>: a list of generations, each checked like one that comes alone, or a template and a list of images.
/// Every mistake names its item, as in <c>generations[3].prompt</c>.
/// </summary>
public static class BatchRequestReader
{
    /// <summary>Most items of a batch.</summary>
    public const int MaxItems = 1000;

    // A body of small values alone would be many times larger once it is parsed. An ordinary item has fewer than 30.
    private const int MaxTokens = 200 * MaxItems;

    // The template is written out for every image. No valid one comes near.
    private const int MaxTemplateCharacters = 32 * 1024;

    private const string ImageUrls = "image_urls";

    private static readonly string[] Known = ["generations", "template", "images", "max_in_flight"];

    /// <summary>Reads and checks a body.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="rules">What is allowed in a generation.</param>
    /// <param name="mostInFlight">Most items that may be under way at once.</param>
    public static (BatchOrder? Order, IReadOnlyList<ValidationIssue> Issues) Read(ReadOnlyMemory<byte> utf8, RequestRules rules, int mostInFlight)
    {
        if (HasTooManyTokens(IncomingJson.WithoutMark(utf8).Span))
            return (null, [new ValidationIssue("body", ValidationCodes.TooLong, $"The body holds more than {MaxTokens} values.")]);
        (JsonDocument? document, ValidationIssue? broken) = GenerationRequestReader.Parse(utf8);
        using (document)
            return document is null ? (null, [broken!]) : Read(document.RootElement, rules, mostInFlight);
    }

    private static (BatchOrder? Order, IReadOnlyList<ValidationIssue> Issues) Read(JsonElement body, RequestRules rules, int mostInFlight)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return (null, [new ValidationIssue("body", ValidationCodes.Malformed, $"The body is a JSON {GenerationRequestReader.Name(body)}; it must be an object.")]);
        JsonFields fields = new(body, string.Empty, Known);
        int inFlight = fields.Integer("max_in_flight") ?? mostInFlight;
        List<ValidationIssue> issues = [.. fields.Issues, .. fields.UnknownIssues()];
        if (inFlight < 1 || inFlight > mostInFlight)
            issues.Add(new ValidationIssue("max_in_flight", ValidationCodes.OutOfRange, $"'max_in_flight' is {inFlight}; it must be 1 to {mostInFlight}."));

        (List<VideoGenerationRequest> requests, IReadOnlyList<ValidationIssue> wrong) = (Given(body, "generations"), Given(body, "template"), Given(body, "images")) switch
        {
            ({ } list, null, null) => FromList(list, rules),
            (null, { } template, { } images) => FromTemplate(template, images, rules),
            _ => ([], [new ValidationIssue("generations", ValidationCodes.Required, "A batch is either 'generations', a list of generations, or 'template' and 'images', one generation for each image.")]),
        };
        issues.AddRange(wrong);
        return issues.Count > 0 ? (null, issues) : (new BatchOrder(requests, inFlight, OfImages: Given(body, "images") is not null), []);
    }

    private static (List<VideoGenerationRequest> Requests, IReadOnlyList<ValidationIssue> Issues) FromList(JsonElement list, RequestRules rules)
    {
        if (CountIssue("generations", list) is { } issue)
            return ([], [issue]);
        List<VideoGenerationRequest> requests = [];
        List<ValidationIssue> issues = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            string where = $"generations[{requests.Count}]";
            (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> wrong) = GenerationRequestReader.Read(item, rules);
            issues.AddRange(wrong.Select(mistake => At(where, mistake)));
            requests.Add(request ?? new VideoGenerationRequest());
        }

        return (requests, issues);
    }

    private static (List<VideoGenerationRequest> Requests, IReadOnlyList<ValidationIssue> Issues) FromTemplate(JsonElement template, JsonElement images, RequestRules rules)
    {
        if (CountIssue("images", images) is { } issue)
            return ([], [issue]);
        if (TemplateIssue(template) is { } wrongTemplate)
            return ([], [wrongTemplate]);
        List<VideoGenerationRequest> requests = [];
        List<ValidationIssue> issues = [];
        foreach (JsonElement image in images.EnumerateArray())
        {
            int index = requests.Count;
            using JsonDocument item = Fill(template, image);
            (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> wrong) = GenerationRequestReader.Read(item.RootElement, rules);
            ILookup<bool, ValidationIssue> ofImage = wrong.ToLookup(
                mistake => mistake.Param == GenerationRequestReader.ImageName
                    || mistake.Param.StartsWith(FieldOf(template)?.Name ?? ImageUrls, StringComparison.Ordinal));
            issues.AddRange(ofImage[true].Select(mistake => mistake with { Param = $"images[{index}]", Message = $"images[{index}]: {mistake.Message}" }));
            // What is wrong with the template is so for every image.
            if (index == 0)
                issues.AddRange(ofImage[false].Select(mistake => At("template", mistake)));
            requests.Add(request ?? new VideoGenerationRequest());
        }

        return (requests, issues);
    }

    private static ValidationIssue? TemplateIssue(JsonElement template) => template switch
    {
        { ValueKind: not JsonValueKind.Object } => new("template", ValidationCodes.Malformed, $"'template' is a JSON {GenerationRequestReader.Name(template)}; it must be a generation without its image."),
        _ when template.GetRawText().Length > MaxTemplateCharacters => new("template", ValidationCodes.TooLong, $"'template' has more than {MaxTemplateCharacters} characters."),
        _ when new[] { FieldOf(template)?.Name ?? ImageUrls, GenerationRequestReader.ImageName }.FirstOrDefault(name => template.TryGetProperty(name, out _)) is { } image =>
            new($"template.{image}", ValidationCodes.Conflict, $"'template.{image}' stands beside 'images'; leave it out."),
        _ => null,
    };

    private static ValidationIssue? CountIssue(string name, JsonElement list) => list switch
    {
        { ValueKind: not JsonValueKind.Array } => new(name, ValidationCodes.Malformed, $"'{name}' is a JSON {GenerationRequestReader.Name(list)}; it must be a list."),
        _ when list.GetArrayLength() is 0 => new(name, ValidationCodes.Required, $"'{name}' is empty."),
        _ when list.GetArrayLength() is > MaxItems and var count => new(name, ValidationCodes.TooLong, $"'{name}' has {count} entries; a batch has at most {MaxItems}."),
        _ => null,
    };

    private static ValidationIssue At(string where, ValidationIssue issue) => issue with
    {
        Param = issue.Param == "body" ? where : $"{where}.{issue.Param}",
        Message = $"{where}: {issue.Message}",
    };

    private static JsonElement? Given(JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    // The field of its model that takes an image; none where that is not known.
    private static VideoModelField? FieldOf(JsonElement template) =>
        Given(template, "model") is { ValueKind: JsonValueKind.String } model
            ? VideoModels.All.Values.FirstOrDefault(known => model.ValueEquals(known.Name))?.ImageField
            : null;

    // As text: what the template holds that is no text (half a surrogate pair) is for the reader to tell.
    private static JsonDocument Fill(JsonElement template, JsonElement image)
    {
        string raw = image.GetRawText();
        string shown = image.ValueKind == JsonValueKind.String && ImageStore.IsName(raw[1..^1])
            ? $"\"{GenerationRequestReader.ImageName}\":{raw}"
            : FieldOf(template) is { Kind: VideoModelFieldKind.Link } field ? $"\"{field.Name}\":{raw}"
            : $"\"{FieldOf(template)?.Name ?? ImageUrls}\":[{raw}]";
        string properties = template.GetRawText().Trim()[1..^1].Trim();
        return JsonDocument.Parse($"{{{properties}{(properties.Length == 0 ? "" : ",")}{shown}}}");
    }

    // What is no JSON is told by the parser.
    private static bool HasTooManyTokens(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader reader = new(utf8);
        try
        {
            int tokens = 0;
            while (reader.Read())
            {
                if (++tokens > MaxTokens)
                    return true;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return false;
    }
}
