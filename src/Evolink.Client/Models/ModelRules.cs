using System.Text.Json;

namespace Evolink.Client;

/// <summary>The rules for a request that is made of JSON: what holds for every model, and the fields of one that is known.</summary>
internal static class ModelRules
{
    // A client's list may be endless, the answer need not be.
    private const int MostItems = 10;
    private const int MostModelName = 100;

    /// <summary>What this client's side knows beside the model's own fields.</summary>
    public static readonly string[] Own = ["model", "callback_url", "reference", "metadata"];

    /// <summary>Finds every mistake; empty when there is none.</summary>
    public static IReadOnlyList<ValidationIssue> Check(JsonElement body, VideoModel? model, ValidationOptions options)
    {
        List<ValidationIssue?> issues = [CheckName(body)];
        if (model is null) issues.Add(CheckPrompt(body));
        else issues.AddRange(CheckModel(body, model, options));
        issues.AddRange(CheckOwn(body, options));
        HashSet<string> settled = [.. issues.OfType<ValidationIssue>().Select(static issue => issue.Param)];
        issues.AddRange(CheckValues(body, model, options).Where(issue => !settled.Contains(issue.Param)));
        return [.. issues.OfType<ValidationIssue>()];
    }

    // It stands in logs, metrics and the metadata of blobs.
    private static ValidationIssue? CheckName(JsonElement body) => Value(body, "model") switch
    {
        null => new("model", ValidationCodes.Required, "model is missing; give the name of a model."),
        { ValueKind: JsonValueKind.String } name when name.AsText() is { Length: > 0 and <= MostModelName } text
            && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || "._-:/".Contains(letter, StringComparison.Ordinal)) => null,
        _ => new("model", ValidationCodes.Malformed,
            $"model is no name of a model; one has 1 to {MostModelName} characters of A-Z, a-z, 0-9 and . _ - : /"),
    };

    private static ValidationIssue? CheckPrompt(JsonElement body) => Value(body, "prompt") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } prompt when prompt.AsText() is { } text =>
            VideoGenerationRequestValidator.CheckPrompt("prompt", text, int.MaxValue),
        { ValueKind: JsonValueKind.String } => null,
        _ => WrongType("prompt", "a text"),
    };

    private static IEnumerable<ValidationIssue?> CheckOwn(JsonElement body, ValidationOptions options)
    {
        foreach (var name in (string[])["callback_url", "reference"])
        {
            if (Value(body, name) is { ValueKind: not JsonValueKind.String }) yield return WrongType(name, "a text");
        }

        if (Text(body, "callback_url") is { } url) yield return VideoGenerationRequestValidator.CheckCallback(url, options);
        if (Text(body, "reference") is { } reference) yield return VideoGenerationRequestValidator.CheckOwnText("reference", reference);
        if (Value(body, "metadata") is not { } metadata) yield break;
        if (VideoGenerationRequest.Of(body).Metadata is not { } texts)
        {
            yield return WrongType("metadata", "an object of texts");
            yield break;
        }

        foreach (var issue in VideoGenerationRequestValidator.CheckMetadata(texts))
            yield return issue;
    }

    private static IEnumerable<ValidationIssue?> CheckModel(JsonElement body, VideoModel model, ValidationOptions options)
    {
        foreach (var field in model.Fields)
        {
            foreach (var issue in CheckField(body, field, string.Empty, options))
                yield return issue;
        }

        if (model.Field("model_params") is { Fields: [{ Name: "shot_type" }] } && Text(body, "model_params", "shot_type") is { } shot
            && Value(body, "prompt_extend") is { ValueKind: JsonValueKind.False })
        {
            foreach (var issue in VideoGenerationRequestValidator.CheckShotType(shot, promptExtend: false)
                         .Where(static issue => issue?.Code == ValidationCodes.Conflict))
                yield return issue;
        }

        if (!model.OneOf.IsEmpty && !model.OneOf.Any(name => IsGiven(body, name)))
            yield return new(model.OneOf[0], ValidationCodes.Required, $"{model.OneOf[0]} is missing; give {string.Join(" or ", model.OneOf)}.");
        if (!model.Together.IsEmpty && model.Together.Sum(name => Count(body, name)) is var links && links > model.MostTogether)
        {
            yield return new(model.Together[0], ValidationCodes.OutOfRange,
                $"{string.Join(" and ", model.Together)} have {links} links together; at most {model.MostTogether} are allowed.");
        }

        if (model.MaxDurationWithVideos is { } most && IsGiven(body, "video_urls") && Whole(Value(body, "duration")) > most)
        {
            yield return new("duration", ValidationCodes.OutOfRange, $"duration is more than the {most} seconds that are allowed with video_urls.");
        }

        foreach (var issue in CheckMode(body, model))
            yield return issue;
    }

    private static IEnumerable<ValidationIssue> CheckMode(JsonElement body, VideoModel model)
    {
        var name = Text(body, "generation_mode");
        if (model.Modes.FirstOrDefault(mode => mode.Name == name) is not { } wanted) yield break;
        foreach (var missing in wanted.Needs.Where(field => !IsGiven(body, field)))
            yield return new(missing, ValidationCodes.Required, $"{missing} is missing, which generation_mode {name} needs.");
        foreach (var refused in wanted.Refuses.Where(field => IsGiven(body, field)))
            yield return new(refused, ValidationCodes.Conflict, $"{refused} is not taken with generation_mode {name}; leave one of the two out.");
    }

    private static IEnumerable<ValidationIssue?> CheckField(JsonElement owner, VideoModelField field, string prefix, ValidationOptions options)
    {
        var param = prefix + field.Name;
        if (Value(owner, field.Name) is not { } value)
            return field.IsRequired ? [new(param, ValidationCodes.Required, $"{param} is missing.")] : [];
        return field.Kind switch
        {
            VideoModelFieldKind.Text => [CheckText(param, field, value)],
            VideoModelFieldKind.Integer => [CheckNumber(param, field, value)],
            VideoModelFieldKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? [] : [WrongType(param, "true or false")],
            VideoModelFieldKind.Link => [CheckLink(param, field, value, options)],
            VideoModelFieldKind.Links => CheckLinks(param, field, value, options),
            _ when value.ValueKind != JsonValueKind.Object => [WrongType(param, "an object")],
            _ => field.Fields.SelectMany(inner => CheckField(value, inner, $"{param}.", options)),
        };
    }

    private static ValidationIssue? CheckText(string param, VideoModelField field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return WrongType(param, "a text");
        if (value.AsText() is not { } text) return null;
        if (field.IsRequired) return VideoGenerationRequestValidator.CheckPrompt(param, text, field.MaxLength ?? int.MaxValue);
        if (!field.Choices.IsEmpty && !field.Choices.Contains(text))
        {
            return new(param, ValidationCodes.NotSupported,
                $"{param} is {VideoGenerationRequestValidator.Quote(text)}; it must be {string.Join(" or ", field.Choices)}.");
        }

        return text.EnumerateRunes().Count() is var length && length > field.MaxLength
            ? new(param, ValidationCodes.TooLong, $"{param} has {length} characters (Unicode code points); at most {field.MaxLength} are allowed.")
            : null;
    }

    private static ValidationIssue? CheckNumber(string param, VideoModelField field, JsonElement value)
    {
        if (Whole(value) is not { } number) return WrongType(param, "a whole number");
        return number < field.Min || number > field.Max
            ? new(param, ValidationCodes.OutOfRange, $"{param} is {number}; it must be from {field.Min} to {field.Max}.")
            : null;
    }

    private static ValidationIssue? CheckLink(string param, VideoModelField field, JsonElement value, ValidationOptions options) => value switch
    {
        { ValueKind: not JsonValueKind.String } => WrongType(param, "a link"),
        _ when value.AsText() is not { } text => null,
        _ when value.AsText() is "" => new(param, ValidationCodes.Required, $"{param} is empty; give a link, or leave it out."),
        _ => UrlRules.Check(param, value.AsText()!, options, field.AllowsHttp),
    };

    private static IEnumerable<ValidationIssue?> CheckLinks(string param, VideoModelField field, JsonElement value, ValidationOptions options)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            yield return WrongType(param, "an array of links");
            yield break;
        }

        var count = value.GetArrayLength();
        if (count < field.Min || count > field.Max)
        {
            yield return new(param, count == 0 ? ValidationCodes.Required : ValidationCodes.OutOfRange,
                $"{param} has {count} links; it must have {field.Min ?? 0} to {field.Max}.");
        }

        var index = 0;
        foreach (var item in value.EnumerateArray().Take(MostItems))
            yield return CheckLink($"{param}[{index++}]", field, item, options);
    }

    // Everything, wherever it stands.
    private static IEnumerable<ValidationIssue> CheckValues(JsonElement body, VideoModel? model, ValidationOptions options)
    {
        foreach (var value in JsonWalk.Values(body))
        {
            switch (value.Json.ValueKind)
            {
                case JsonValueKind.Number when !(value.Json.TryGetDouble(out var number) && double.IsFinite(number)):
                    yield return new(value.Path, ValidationCodes.OutOfRange, $"{value.Path} is a number that is too large.");
                    break;
                case JsonValueKind.String when value.Text is null:
                    yield return new(value.Path, ValidationCodes.Malformed, $"{value.Path} holds half of a surrogate pair, which is no character.");
                    break;
                case JsonValueKind.String when !Own.Contains(value.Root, StringComparer.Ordinal)
                    && model?.Field(value.Root) is not { Kind: VideoModelFieldKind.Link or VideoModelFieldKind.Links }
                    && JsonWalk.IsLink(value):
                    if (UrlRules.Check(value.Path, value.Text!, options) is { } issue) yield return issue;
                    break;
            }
        }
    }

    private static ValidationIssue WrongType(string param, string right) => new(param, ValidationCodes.Malformed, $"{param} must be {right}.");

    private static JsonElement? Value(JsonElement owner, string name) => owner.Member(name);

    private static string? Text(JsonElement owner, string name) =>
        Value(owner, name) is { ValueKind: JsonValueKind.String } value ? value.AsText() : null;

    private static string? Text(JsonElement owner, string inside, string name) => owner.Object(inside) is { } value ? Text(value, name) : null;

    // As in JSON Schema, 5.0 is a whole number.
    private static long? Whole(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var exact) && decimal.Truncate(exact) == exact
        && exact is >= long.MinValue and <= long.MaxValue
            ? (long)exact
            : null;

    private static bool IsGiven(JsonElement body, string name) => Value(body, name) switch
    {
        null => false,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        { ValueKind: JsonValueKind.String } text => text.AsText() is not "",
        _ => true,
    };

    private static int Count(JsonElement body, string name) => Value(body, name) is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : 0;
}
