using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evolink.Client;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary>Schemas of the tools: answers from their types, a generation from the app's own contract, small questions as they are written.</summary>
internal static class ToolSchemas
{
    /// <summary>Schema of an answer.</summary>
    public static JsonElement Of<T>() => AIJsonUtilities.CreateJsonSchema(typeof(T), serializerOptions: FunctionsJsonContext.Default.Options);

    /// <summary>A schema that was written by hand.</summary>
    public static JsonElement Parse([System.Diagnostics.CodeAnalysis.StringSyntax("Json")] string schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        return document.RootElement.Clone();
    }

    /// <summary>What a tool takes that is about one video.</summary>
    public static JsonElement OfOneVideo { get; } = Parse("""
        {
          "type": "object",
          "properties": { "id": { "type": "string", "description": "The video's id, as in gen-rwm3..." } },
          "required": ["id"],
          "additionalProperties": false
        }
        """);

    /// <summary>What <c>POST /v1/videos/generations</c> takes, with a property more that comes first and is needed.</summary>
    /// <remarks>
    /// Without the <c>oneOf</c> at its root, which assistants refuse in a tool, and without the need of a model, for there is a usual one.
    /// </remarks>
    public static JsonElement OfGeneration(string name, JsonObject property)
    {
        JsonObject contract = Contract();
        JsonObject schema = Resolve(contract[nameof(VideoGenerationRequest)]!, contract).AsObject();
        schema.Remove("oneOf");
        schema.Remove("description");
        schema["required"] = new JsonArray(name, "prompt");
        schema["properties"]!.AsObject().Insert(0, name, property);
        return JsonSerializer.SerializeToElement(schema, FunctionsJsonContext.Default.JsonNode);
    }

    /// <summary>Annotations of a tool that changes nothing.</summary>
    public static ToolAnnotations ReadOnly(bool asksOthers = false) =>
        new() { ReadOnlyHint = true, IdempotentHint = true, DestructiveHint = false, OpenWorldHint = asksOthers };

    // In place of each reference what it refers to: the contract's schemas do not refer to each other in circles.
    private static JsonNode Resolve(JsonNode node, JsonObject contract)
    {
        if (node is JsonArray list)
            return new JsonArray([.. list.Select(item => item is null ? null : Resolve(item, contract))]);
        if (node is not JsonObject schema)
            return node.DeepClone();
        JsonObject resolved = [];
        foreach ((string keyword, JsonNode? value) in schema)
        {
            if (keyword == "$ref")
            {
                foreach ((string inner, JsonNode? rule) in Resolve(contract[value!.GetValue<string>().Split('/')[^1]]!, contract).AsObject())
                    resolved.TryAdd(inner, rule?.DeepClone());
            }
            else
            {
                resolved[keyword] = value is null ? null : Resolve(value, contract);
            }
        }

        return resolved;
    }

    private static JsonObject Contract()
    {
        using Stream contract = Assembly.GetExecutingAssembly().GetManifestResourceStream("docs/openapi.json")!;
        return JsonNode.Parse(contract)!["components"]!["schemas"]!.AsObject();
    }
}
