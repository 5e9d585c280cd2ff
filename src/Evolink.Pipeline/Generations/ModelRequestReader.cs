using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Reads requests for the other models. Of one that is described every field is known and checked; of any other one that is checked
/// which holds for all, and its fields pass as they came.
/// </summary>
internal static class ModelRequestReader
{
    private static readonly string[] Own = ["model", "callback_url", "reference", "metadata", GenerationRequestReader.ImageName];

    /// <summary>Reads and checks a body that names its model.</summary>
    /// <param name="body">An object.</param>
    /// <param name="model">What is known of the model; null: nothing.</param>
    /// <param name="rules">What is allowed here.</param>
    public static (VideoGenerationRequest? Request, IReadOnlyList<ValidationIssue> Issues) Read(JsonElement body, VideoModel? model, RequestRules rules)
    {
        List<ValidationIssue> issues = [];
        // A field that is not known may mean something else by a null.
        VideoGenerationRequest request = model is null ? VideoGenerationRequest.Of(body).Without(rules.Beside) : GenerationRequestReader.Bare(body, rules);
        request = WithImage(request, body, model, issues);
        JsonElement json = request.ToJson();
        if (model is not null && !rules.AllowUnknown)
            issues.AddRange(Unknown(body, model, rules));
        OwnMedia[] media = [.. OwnMedia.Places(json, rules.OwnBases)];
        issues.AddRange(media.Where(file => Wanted(model, file) is { } kind && kind != file.Kind).Select(file => WrongKind(file.Place, Wanted(model, file)!.Value)));
        issues.AddRange(OwnMedia.Astray(json, rules.OwnBases).Select(GenerationRequestReader.NoFileOfOurs));
        // The client's own files are not fetched over their links, so the rules for links do not concern them.
        HashSet<string> settled = [.. issues.Select(issue => issue.Param), .. media.Select(file => file.Place)];
        issues.AddRange(VideoGenerationRequestValidator.Validate(request, rules.Validation).Where(issue => !settled.Contains(issue.Param)));
        return (request, issues);
    }

    /// <summary>A file of the client's own that is of another kind than the field wants.</summary>
    internal static ValidationIssue WrongKind(string param, MediaKind wanted)
    {
        string name = wanted.ToString().ToLowerInvariant();
        return new ValidationIssue(param, ValidationCodes.NotSupported, $"{param} names a file of yours that is no {name}; it must be {name}.");
    }

    // The name of the client's own image is short for its link, in the field of the model that takes an image.
    private static VideoGenerationRequest WithImage(VideoGenerationRequest request, JsonElement body, VideoModel? model, List<ValidationIssue> issues)
    {
        if (!body.TryGetProperty(GenerationRequestReader.ImageName, out JsonElement image) || image.ValueKind == JsonValueKind.Null)
            return request;
        string? name = image.ValueKind == JsonValueKind.String && image.GetRawText().Trim('"') is var text && ImageStore.IsName(text) ? text : null;
        // Of a model that is not known it may be a field of its own.
        if (name is null && model is null)
            return request;
        VideoModelField? field = model?.ImageField;
        string target = field?.Name ?? "image_urls";
        if (name is null)
            issues.Add(GenerationRequestReader.NoImageName);
        else if (model is not null && field is null)
            issues.Add(new ValidationIssue(GenerationRequestReader.ImageName, ValidationCodes.NotSupported, $"'image' names an image, and {model.Name} takes none."));
        else if (body.TryGetProperty(target, out JsonElement other) && other.ValueKind != JsonValueKind.Null)
            issues.Add(new ValidationIssue(GenerationRequestReader.ImageName, ValidationCodes.Conflict, $"'image' and '{target}' both name the image; leave one of the two out."));
        else
            return request.Without([GenerationRequestReader.ImageName]).With(target, Link(field, name));
        return request.Without([GenerationRequestReader.ImageName]);
    }

    private static JsonElement Link(VideoModelField? field, string name) =>
        JsonElement.Parse(field?.Kind == VideoModelFieldKind.Link ? $"\"{ImageLinks.Relative(name)}\"" : $"[\"{ImageLinks.Relative(name)}\"]");

    private static IEnumerable<ValidationIssue> Unknown(JsonElement body, VideoModel model, RequestRules rules)
    {
        JsonFields fields = new(body, string.Empty, [.. model.Fields.Select(field => field.Name), .. Own, .. rules.Beside]);
        IEnumerable<ValidationIssue> inside = model.Fields
            .Where(field => field.Fields.Length > 0)
            .SelectMany(field => fields.Object(field.Name, [.. field.Fields.Select(inner => inner.Name)])?.UnknownIssues() ?? []);
        return [.. fields.UnknownIssues(), .. inside];
    }

    private static MediaKind? Wanted(VideoModel? model, OwnMedia file) => model?.Field(file.Place.Split('[', '.')[0])?.Media;
}
