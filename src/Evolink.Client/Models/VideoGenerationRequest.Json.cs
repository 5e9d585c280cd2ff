using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <content>Requests that are made of JSON: for every model, whatever its fields are.</content>
public sealed partial record VideoGenerationRequest
{
    // The properties as they were read from the JSON: one that is another by now was changed since.
    private VideoGenerationRequest? _read;

    /// <summary>
    /// The JSON that the request was made of; <see langword="null"/> where it is made of properties. It is sent as it stands, byte for
    /// byte, but for the properties that were changed since.
    /// </summary>
    [JsonIgnore]
    public JsonElement? Json { get; private init; }

    /// <summary>A request for any model: the fields go to Evolink as they are, those that this version does not know too.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="body">The other fields; <c>model</c> may stand among them.</param>
    /// <exception cref="ArgumentException"><paramref name="body"/> names another model.</exception>
    public static VideoGenerationRequest Of(string model, JsonObject body)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(body);
        if (body["model"] is { } other && !(other is JsonValue value && value.TryGetValue(out string? name) && name == model))
            throw new ArgumentException($"The body names another model than {model}.", nameof(body));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            foreach (var (field, node) in body)
            {
                if (field == "model") continue;
                json.WritePropertyName(field);
                if (node is null) json.WriteNullValue();
                else node.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Of(buffer.ToArray());
    }

    /// <summary>A request that is made of a JSON object, which is sent byte for byte.</summary>
    /// <exception cref="ArgumentException">It is no object.</exception>
    public static VideoGenerationRequest Of(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) throw new ArgumentException("A request is a JSON object.", nameof(body));
        var read = Read(body);
        return read with { Json = body.Clone(), _read = read };
    }

    /// <summary>The body as it is sent.</summary>
    public byte[] ToUtf8Bytes()
    {
        if (Json is not { } json || _read is null) return JsonSerializer.SerializeToUtf8Bytes(this, EvolinkJsonContext.Default.VideoGenerationRequest);
        var body = Encoding.UTF8.GetBytes(json.GetRawText());
        // What was not touched is not written anew: it may hold what can only be passed on, half of a surrogate pair for one.
        var others = ReferenceEquals(AdditionalProperties, _read.AdditionalProperties);
        var parameters = ReferenceEquals(ModelParams, _read.ModelParams);
        var (before, after) = (
            Serialized(_read with { AdditionalProperties = others ? null : _read.AdditionalProperties, ModelParams = parameters ? null : _read.ModelParams }),
            Serialized(this with
            {
                Json = null,
                _read = null,
                AdditionalProperties = others ? null : AdditionalProperties,
                ModelParams = parameters ? null : ModelParams,
            }));
        foreach (var member in before.EnumerateObject().Where(member => !after.TryGetProperty(member.Name, out _)))
            body = JsonEdits.Without(body, member.Name);
        foreach (var member in after.EnumerateObject())
        {
            var value = member.Value.GetRawText();
            if (!before.TryGetProperty(member.Name, out var old) || old.GetRawText() != value)
                body = JsonEdits.With(body, member.Name, Encoding.UTF8.GetBytes(value));
        }

        return body;
    }

    /// <summary>The same request, with other texts in place of some, wherever they stand in it as a value.</summary>
    /// <param name="change">The text that a text becomes; <see langword="null"/> leaves it as it is.</param>
    public VideoGenerationRequest WithTexts(Func<string, string?> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Of(JsonEdits.WithTexts(ToUtf8Bytes(), change));
    }

    /// <summary>The same request without some of its fields, whatever they hold.</summary>
    public VideoGenerationRequest Without(IEnumerable<string> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return Of(fields.Aggregate(ToUtf8Bytes(), JsonEdits.Without));
    }

    /// <summary>The same request with a field set: in its place, or behind the others where it has none of that name.</summary>
    public VideoGenerationRequest With(string field, JsonElement value)
    {
        ArgumentException.ThrowIfNullOrEmpty(field);
        return Of(JsonEdits.With(ToUtf8Bytes(), field, Encoding.UTF8.GetBytes(value.GetRawText())));
    }

    /// <summary>The request as JSON, also where it is made of properties.</summary>
    public JsonElement ToJson()
    {
        using var document = JsonDocument.Parse(ToUtf8Bytes());
        return document.RootElement.Clone();
    }

    /// <summary>The names of the fields whose value cannot be read as what the property of that name is.</summary>
    internal IEnumerable<string> Unreadable() => Json is not { } json || _read is null
        ? []
        : json.EnumerateObject()
            .Where(member => Typed.ContainsKey(member.Name) && member.Value.ValueKind != JsonValueKind.Null && !Typed[member.Name](_read))
            .Select(static member => member.Name);

    private static readonly Dictionary<string, Func<VideoGenerationRequest, bool>> Typed = new(StringComparer.Ordinal)
    {
        ["model"] = static read => read.Model is not null,
        ["prompt"] = static read => read.Prompt is not null,
        ["duration"] = static read => read.Duration is not null,
        ["quality"] = static read => read.Quality is not null,
        ["image_urls"] = static read => read.ImageUrls is not null,
        ["prompt_extend"] = static read => read.PromptExtend is not null,
        ["model_params"] = static read => read.ModelParams is not null,
        ["audio_url"] = static read => read.AudioUrl is not null,
        ["callback_url"] = static read => read.CallbackUrl is not null,
        ["reference"] = static read => read.Reference is not null,
        ["metadata"] = static read => read.Metadata is not null,
    };

    private static VideoGenerationRequest Of(byte[] utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        return Of(document.RootElement);
    }

    private static JsonElement Serialized(VideoGenerationRequest request) =>
        JsonSerializer.SerializeToElement(request, EvolinkJsonContext.Default.VideoGenerationRequest);

    // What has another type than the property reads as absent, and stays in the JSON.
    private static VideoGenerationRequest Read(JsonElement body) => new()
    {
        Model = Text(body, "model"),
        Prompt = Text(body, "prompt"),
        Duration = Whole(body, "duration"),
        Quality = Text(body, "quality"),
        ImageUrls = Texts(body, "image_urls"),
        PromptExtend = Flag(body, "prompt_extend"),
        ModelParams = body.Object("model_params") is { } parameters ? Parameters(parameters) : null,
        AudioUrl = Text(body, "audio_url"),
        CallbackUrl = Text(body, "callback_url"),
        Reference = Text(body, "reference"),
        Metadata = OwnTexts(body),
        AdditionalProperties = Others(body, Typed.ContainsKey),
    };

    private static string? Text(JsonElement owner, string name) =>
        owner.Member(name) is { ValueKind: JsonValueKind.String } value ? value.AsText() : null;

    private static int? Whole(JsonElement owner, string name) =>
        owner.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out var number)
        && decimal.Truncate(number) == number && number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : null;

    private static bool? Flag(JsonElement owner, string name) =>
        owner.Member(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    private static string[]? Texts(JsonElement owner, string name)
    {
        if (owner.Member(name) is not { ValueKind: JsonValueKind.Array } list) return null;
        string[] texts = [.. list.EnumerateArray().Select(static item => item.ValueKind == JsonValueKind.String ? item.AsText() : null).OfType<string>()];
        return texts.Length == list.GetArrayLength() ? texts : null;
    }

    private static VideoModelParameters Parameters(JsonElement parameters) => new()
    {
        ShotType = Text(parameters, "shot_type"),
        AdditionalProperties = Others(parameters, static name => name == "shot_type"),
    };

    private static Dictionary<string, string>? OwnTexts(JsonElement body)
    {
        if (body.Object("metadata") is not { } metadata) return null;
        var texts = metadata.EnumerateObject()
            .Select(static member => (member.Name, Text: member.Value.ValueKind == JsonValueKind.String ? member.Value.AsText() : null)).ToList();
        return texts.Exists(static member => member.Text is null)
            ? null
            : texts.ToDictionary(static member => member.Name, static member => member.Text!, StringComparer.Ordinal);
    }

    private static Dictionary<string, JsonElement>? Others(JsonElement owner, Func<string, bool> isKnown)
    {
        var others = owner.EnumerateObject().Where(member => !isKnown(member.Name))
            .ToDictionary(static member => member.Name, static member => member.Value.Clone(), StringComparer.Ordinal);
        return others.Count == 0 ? null : others;
    }
}
