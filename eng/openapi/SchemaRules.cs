using System.Text.Json;
using System.Text.Json.Nodes;
using Evolink.Client;
using Evolink.Functions.Batches;
using Evolink.Functions.Health;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;

namespace Evolink.OpenApi;

/// <summary>What the types leave open, for the rules are checked by hand: by the validator's own numbers, and the states' own words.</summary>
internal static class SchemaRules
{
    private const string ImageName = "^[0-9a-f]{64}$";
    private static readonly string MetadataName = $"^[A-Za-z0-9_]{{1,{VideoGenerationRequestValidator.MaxMetadataNameLength}}}$";

    public static void Apply(Type type, JsonObject schema)
    {
        if (type == typeof(VideoGenerationRequest))
            Generation(schema);
        else if (type == typeof(VideoModelParameters))
            Set(schema, "shot_type", ("enum", Words("single", "multi"))).Closed();
        else if (type == typeof(AttachRequest))
            Set(schema, "evolink_task_id", ("minLength", 1)).Require("evolink_task_id");
        else if (type == typeof(TaskView))
            Task(schema);
        else if (type == typeof(VideoUsage))
            Usage(schema);
        else if (type == typeof(VideoTaskInfo))
            Set(schema, "estimated_time", ("type", "integer"), ("minimum", 0));
        else if (type == typeof(BatchView))
            Percent(Set(Set(schema, "object", ("const", "video.generation.batch")), "status", ("enum", Words("pending", "processing", "completed", "cancelled"))));
        else if (type == typeof(BatchItemView))
            Percent(Set(schema, "status", ("enum", Statuses)));
        else if (type == typeof(HealthReport))
            Set(schema, "status", ("enum", Words("ok", "degraded", "unhealthy")));
    }

    /// <summary>The statuses of a task on the wire.</summary>
    public static JsonArray Statuses => Words([.. Enum.GetValues<JobState>().Select(state => state.WireStatus).Distinct()]);

    /// <summary>The body of a batch.</summary>
    public static JsonObject Batch(Schemas schemas)
    {
        JsonObject schema = new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["generations"] = List(ModelSchemas.Any(schemas), "The generations, one by one."),
                ["template"] = schemas.Of("BatchTemplate", () => Template(schemas)),
                ["images"] = List(new JsonObject { ["type"] = "string" }, "One generation for each: links, or names of images of your own."),
                ["max_in_flight"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["description"] = "Most items under way at once; at most, and without it, the setting `MaxInFlight`." },
            },
            ["oneOf"] = new JsonArray(Required("generations"), Required("template", "images")),
        };
        return schema.Closed();
    }

    /// <summary>The names of the members of an enum of the records; null where a type is none.</summary>
    public static JsonArray? NamesOf(Type type) =>
        type == typeof(JobState) || type == typeof(WebhookState)
            ? Words([.. Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)])
            : null;

    public static JsonArray Words(params string[] words) => [.. words.Select(word => (JsonNode)word)];

    private static void Generation(JsonObject schema)
    {
        Set(schema, "model", ("enum", Words(VideoGenerationRequest.Wan26ImageToVideo, VideoGenerationRequest.Wan26ImageToVideoFlash)),
            ("description", "The contract's own model, or its faster one."));
        Set(schema, "prompt", ("minLength", 1), ("maxLength", VideoGenerationRequestValidator.MaxPromptLength));
        Set(schema, "duration", ("type", "integer"), ("minimum", VideoGenerationRequestValidator.MinDuration), ("maximum", VideoGenerationRequestValidator.MaxDuration));
        Set(schema, "quality", ("enum", Words("720p", "1080p")), ("default", "720p"));
        Set(schema, "image_urls", ("minItems", 1), ("maxItems", 1), ("items", new JsonObject { ["type"] = "string", ["format"] = "uri-reference" }));
        Set(schema, "prompt_extend", ("default", true));
        Set(schema, "audio_url", ("format", "uri"));
        Set(schema, "callback_url", ("format", "uri"), ("maxLength", VideoGenerationRequestValidator.MaxCallbackUrlLength),
            ("description", "Where this app calls when the task is completed, failed or cancelled: https, public. The body is that of `GET /v1/tasks/{id}`, signed as Standard Webhooks say."));
        Set(schema, "reference", ("minLength", 1), ("maxLength", VideoGenerationRequestValidator.MaxReferenceLength),
            ("description", "Your own name for it: in lists, events and webhooks, and beside the video."));
        Set(schema, "metadata", ("maxProperties", VideoGenerationRequestValidator.MaxMetadata),
            ("propertyNames", new JsonObject { ["pattern"] = MetadataName }),
            ("description", "Texts of your own, which come along wherever `reference` does."));
        schema["properties"]!["image"] = new JsonObject { ["type"] = "string", ["pattern"] = ImageName, ["description"] = "In place of `image_urls`: the name of an image that you uploaded, the end of its link." };
        schema.Require("model", "prompt");
        schema["oneOf"] = new JsonArray(Required("image_urls"), Required("image"));
        schema.Closed();
    }

    private static void Usage(JsonObject schema)
    {
        Set(schema, "billing_rule", ("type", "string"), ("examples", Words("per_call", "per_token", "per_second")));
        Set(schema, "credits_reserved", ("minimum", 0));
        Set(schema, "user_group", ("type", "string"), ("examples", Words("default", "vip")));
    }

    private static JsonObject Template(Schemas schemas)
    {
        JsonObject schema = schemas.CopyOf(EvolinkJsonContext.Default.VideoGenerationRequest);
        schema["description"] = "A generation without its image, for any model.";
        schema["properties"]!.AsObject().Remove("image");
        schema["properties"]!.AsObject().Remove("image_urls");
        schema.Remove("oneOf");
        // Of any model: each item is checked as what it becomes.
        foreach (string name in schema["properties"]!.AsObject().Select(property => property.Key).ToArray())
        {
            if (name is not ("callback_url" or "reference" or "metadata"))
                schema["properties"]!.AsObject().Remove(name);
        }

        schema["properties"]!["model"] = new JsonObject { ["type"] = "string" };
        schema.Require("model");
        schema["additionalProperties"] = true;
        return schema;
    }

    private static void Task(JsonObject schema) => Percent(Set(
        Set(Set(schema, "status", ("enum", Statuses)), "object", ("const", "video.generation.task")), "type", ("const", "video")));

    private static JsonObject Percent(JsonObject schema) => Set(schema, "progress", ("minimum", 0), ("maximum", 100));

    private static JsonObject List(JsonObject items, string words) => new()
    {
        ["type"] = "array",
        ["items"] = items,
        ["minItems"] = 1,
        ["maxItems"] = BatchRequestReader.MaxItems,
        ["description"] = words,
    };

    private static JsonObject Required(params string[] names) => new() { ["required"] = Words(names) };

    private static JsonObject Set(JsonObject schema, string property, params (string Keyword, JsonNode Value)[] rules)
    {
        JsonObject found = schema["properties"]?[property] as JsonObject ?? throw new InvalidOperationException($"There is no property '{property}' any more; change {nameof(SchemaRules)}.");
        foreach ((string keyword, JsonNode value) in rules)
            found[keyword] = value;
        return schema;
    }

    extension(JsonObject schema)
    {
        // The app refuses what it does not know.
        private JsonObject Closed()
        {
            schema["additionalProperties"] = false;
            return schema;
        }

        private void Require(params string[] names) => schema["required"] = Words(names);
    }
}
