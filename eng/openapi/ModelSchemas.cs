using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Evolink.Client;

namespace Evolink.OpenApi;

/// <summary>The schemas of the bodies of generations: one for each model that is described, and one for all others.</summary>
internal static class ModelSchemas
{
    private const string ImageName = "^[0-9a-f]{64}$";

    /// <summary>The body of any generation.</summary>
    public static JsonObject Any(Schemas schemas) => schemas.Of("GenerationRequest", () => new JsonObject
    {
        ["description"] = "What shall be generated: fields by the model. `GET /v1/models` tells which may be asked for here.",
        ["type"] = "object",
        ["required"] = new JsonArray("model"),
        ["oneOf"] = new JsonArray(
        [
            schemas.Of(EvolinkJsonContext.Default.VideoGenerationRequest),
            .. VideoModels.All.Values.Where(model => model.Field("image_urls") is null || model.Field("audio_url") is null)
                .Select(model => schemas.Of(NameOf(model), () => Described(model, schemas))),
            schemas.Of("OtherGenerationRequest", () => Other(schemas)),
        ]),
    });

    private static string NameOf(VideoModel model) =>
        string.Concat(model.Name.Split('-', '.').Select(part => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(part))) + "Request";

    private static JsonObject Described(VideoModel model, Schemas schemas)
    {
        JsonObject properties = new() { ["model"] = new JsonObject { ["const"] = model.Name } };
        foreach (VideoModelField field in model.Fields)
            properties[field.Name] = Field(field);
        if (model.ImageField is { } image)
            properties["image"] = Image($"In place of `{image.Name}`: the name of an image that you uploaded, the end of its link.");
        AddOwn(properties, schemas);
        return new JsonObject
        {
            ["description"] = $"A body for `{model.Name}`.",
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = SchemaRules.Words(["model", .. model.Fields.Where(field => field is { IsRequired: true, Media: not MediaKind.Image }).Select(field => field.Name)]),
            ["additionalProperties"] = false,
        };
    }

    private static JsonObject Other(Schemas schemas)
    {
        string described = string.Join('|', VideoModels.All.Keys.Select(Regex.Escape));
        JsonObject properties = new()
        {
            ["model"] = new JsonObject { ["type"] = "string", ["pattern"] = $"^(?!(?:{described})$)[A-Za-z0-9._:/-]{{1,100}}$" },
            ["prompt"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 },
        };
        AddOwn(properties, schemas);
        return new JsonObject
        {
            ["description"] = "A body for any other model: its own fields go to Evolink as they are, byte for byte.",
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = SchemaRules.Words("model"),
            ["additionalProperties"] = true,
        };
    }

    // What this app adds to every model's fields, as it stands in the contract's own.
    private static void AddOwn(JsonObject properties, Schemas schemas)
    {
        JsonObject own = schemas.CopyOf(EvolinkJsonContext.Default.VideoGenerationRequest)["properties"]!.AsObject();
        foreach (string name in (string[])["callback_url", "reference", "metadata"])
            properties[name] = own[name]!.DeepClone();
    }

    private static JsonObject Image(string words) => new() { ["type"] = "string", ["pattern"] = ImageName, ["description"] = words };

    private static JsonObject Field(VideoModelField field)
    {
        JsonObject schema = field.Kind switch
        {
            VideoModelFieldKind.Text => new JsonObject { ["type"] = "string" },
            VideoModelFieldKind.Integer => new JsonObject { ["type"] = "integer" },
            VideoModelFieldKind.Boolean => new JsonObject { ["type"] = "boolean" },
            VideoModelFieldKind.Link => Link(),
            VideoModelFieldKind.Links => new JsonObject { ["type"] = "array", ["items"] = Link() },
            _ => Object(field),
        };
        (string least, string most) = field.Kind == VideoModelFieldKind.Links ? ("minItems", "maxItems") : ("minimum", "maximum");
        if (field.Min is { } min)
            schema[least] = min;
        if (field.Max is { } max)
            schema[most] = max;
        if (field.MaxLength is { } length)
            schema["maxLength"] = length;
        if (field is { IsRequired: true, Kind: VideoModelFieldKind.Text })
            schema["minLength"] = 1;
        if (!field.Choices.IsEmpty)
            schema["enum"] = SchemaRules.Words([.. field.Choices]);
        if (field.Default is { } standard)
            schema["default"] = JsonNode.Parse(standard);
        if (field.Media is { } media)
            schema["description"] = $"Link to {(media == MediaKind.Audio ? "audio" : $"{(media == MediaKind.Image ? "an image" : "a video")}")}: public, or that of a file that you uploaded.";
        return schema;
    }

    private static JsonObject Object(VideoModelField field)
    {
        JsonObject schema = new() { ["type"] = "object" };
        if (field.Fields.IsEmpty)
            return schema;
        schema["properties"] = new JsonObject(field.Fields.Select(inner => KeyValuePair.Create<string, JsonNode?>(inner.Name, Field(inner))));
        schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject Link() => new() { ["type"] = "string", ["format"] = "uri-reference" };
}
