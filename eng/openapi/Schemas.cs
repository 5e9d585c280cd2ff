using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Evolink.OpenApi;

/// <summary>The schemas of what is sent and answered, from the types that are serialized, and their comments.</summary>
internal sealed class Schemas
{
    private readonly XmlComments _comments = new();
    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);

    /// <summary>Every schema that was referred to, by name.</summary>
    public JsonObject Components => new(_components.Select(component => KeyValuePair.Create<string, JsonNode?>(component.Key, component.Value.DeepClone())));

    /// <summary>A reference to the schema of a type.</summary>
    public JsonObject Of(JsonTypeInfo type)
    {
        string name = type.Type.Name.Replace("Evolink", "", StringComparison.Ordinal).Replace("View", "", StringComparison.Ordinal);
        if (_components.TryAdd(name, []))
            _components[name] = Export(type);
        return Reference(name);
    }

    /// <summary>A reference to a schema that stands for no type, because its JSON is read by hand.</summary>
    public JsonObject Of(string name, Func<JsonObject> schema)
    {
        if (_components.TryAdd(name, []))
            _components[name] = schema();
        return Reference(name);
    }

    /// <summary>A copy of the schema of a type, to be changed.</summary>
    public JsonObject CopyOf(JsonTypeInfo type) => Export(type);

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private JsonObject Export(JsonTypeInfo type)
    {
        JsonObject schema = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform }).AsObject();
        schema.Remove("required");
        // What is null is not written: so the others are always there.
        JsonArray present = [.. from property in type.Properties where !property.IsExtensionData && IsAlwaysThere(property) select (JsonNode)property.Name];
        if (present.Count > 0)
            schema["required"] = present;
        if (_comments.Of(type.Type) is { } words)
            schema.Insert(0, "description", words);
        SchemaRules.Apply(type.Type, schema);
        return schema;
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        if (context.Path.IsEmpty)
            return node;
        JsonObject schema = context.TypeInfo.Kind == JsonTypeInfoKind.Object ? Of(context.TypeInfo)
            : SchemaRules.NamesOf(context.TypeInfo.Type) is { } names ? new JsonObject { ["enum"] = names, ["type"] = "string" }
            : WithoutNull(node);
        if (context.PropertyInfo?.AttributeProvider is MemberInfo member && _comments.Of(member) is { } words)
            schema["description"] = words;
        return schema;
    }

    private static JsonObject WithoutNull(JsonNode node)
    {
        // A converter of our own: what it takes, the rules say.
        JsonObject schema = node as JsonObject ?? [];
        if (schema["type"] is JsonArray types)
            schema["type"] = types.Select(type => type!.GetValue<string>()).Single(type => type != "null");
        if (schema["enum"] is JsonArray values)
        {
            schema["enum"] = new JsonArray([.. values.Where(value => value is not null).Select(value => value!.DeepClone())]);
            schema["type"] = "string";
        }

        // The parameter of a record that may be left out.
        if (schema.TryGetPropertyValue("default", out JsonNode? standard) && standard is null)
            schema.Remove("default");
        return schema;
    }

    private static bool IsAlwaysThere(JsonPropertyInfo property) =>
        property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is null : !property.IsGetNullable;
}
