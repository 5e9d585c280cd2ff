using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Evolink.Testing;

/// <summary>Checks JSON against schemas of an OpenAPI document, with the keywords that ours and the provider's use; one that it does not know is an error.</summary>
public sealed class JsonSchemaCheck(JsonNode document)
{
    private static readonly HashSet<string> Words = ["description", "default", "example", "examples", "format", "title"];

    /// <summary>What is wrong with a value, each with its place; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems(JsonNode? value, JsonNode schema) => [.. Check(value, schema.AsObject(), "$")];

    private IEnumerable<string> Check(JsonNode? value, JsonObject schema, string place) =>
        schema.Where(keyword => !Words.Contains(keyword.Key)).SelectMany(keyword => Check(value, schema, keyword.Key, keyword.Value!, place));

    private IEnumerable<string> Check(JsonNode? value, JsonObject schema, string keyword, JsonNode rule, string place) => keyword switch
    {
        "$ref" => Check(value, Resolve(rule.GetValue<string>()), place),
        "type" => IsOf(value, rule.GetValue<string>()) ? [] : [$"{place} is {value?.ToJsonString() ?? "null"}, no {rule}"],
        "const" => JsonNode.DeepEquals(value, rule) ? [] : [$"{place} is {value?.ToJsonString()}, not {rule}"],
        "enum" => rule.AsArray().Any(one => JsonNode.DeepEquals(value, one)) ? [] : [$"{place} is {value?.ToJsonString()}, none of {rule.ToJsonString()}"],
        "required" => rule.AsArray().Select(name => name!.GetValue<string>()).Where(name => value is JsonObject o && !o.ContainsKey(name)).Select(name => $"{place}.{name} is missing"),
        "properties" => value is not JsonObject o ? [] : rule.AsObject().Where(property => o.ContainsKey(property.Key))
            .SelectMany(property => Check(o[property.Key], property.Value!.AsObject(), $"{place}.{property.Key}")),
        "additionalProperties" => value is not JsonObject o ? [] : Others(o, schema).SelectMany(name => rule is JsonObject others
            ? Check(o[name], others, $"{place}.{name}")
            : rule.GetValue<bool>() ? [] : [$"{place}.{name} is not allowed"]),
        "maxProperties" => value is JsonObject o && o.Count > Number(rule) ? [$"{place} has {o.Count} properties"] : [],
        "propertyNames" => value is not JsonObject o ? [] : o.SelectMany(property => Check(property.Key, rule.AsObject(), $"{place} (a name)")),
        "items" => value is not JsonArray list ? [] : list.SelectMany((item, index) => Check(item, rule.AsObject(), $"{place}[{index}]")),
        "oneOf" => rule.AsArray().Count(one => !Check(value, one!.AsObject(), place).Any()) is 1 ? [] : [$"{place} fits not one of {rule.ToJsonString()}"],
        "minItems" => value is JsonArray list && list.Count < Number(rule) ? [$"{place} has {list.Count} items"] : [],
        "maxItems" => value is JsonArray list && list.Count > Number(rule) ? [$"{place} has {list.Count} items"] : [],
        "minLength" => Text(value) is { } text && text.EnumerateRunes().Count() < Number(rule) ? [$"{place} is too short"] : [],
        "maxLength" => Text(value) is { } text && text.EnumerateRunes().Count() > Number(rule) ? [$"{place} is too long"] : [],
        "pattern" => Text(value) is { } text && !Regex.IsMatch(text, rule.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)) ? [$"{place} does not match {rule}"] : [],
        "minimum" => value?.GetValueKind() == JsonValueKind.Number && Number(value) < Number(rule) ? [$"{place} is {value}, less than {rule}"] : [],
        "maximum" => value?.GetValueKind() == JsonValueKind.Number && Number(value) > Number(rule) ? [$"{place} is {value}, more than {rule}"] : [],
        _ => throw new NotSupportedException($"Schemas use '{keyword}' now: teach it to {nameof(JsonSchemaCheck)}."),
    };

    /// <summary>What a reference of the document points to.</summary>
    public JsonObject Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(document, (node, name) => node[name] ?? throw new InvalidOperationException($"{reference} leads nowhere.")).AsObject();

    private static bool IsOf(JsonNode? value, string type) => (type, value?.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => decimal.IsInteger(Number(value!)),
        _ => false,
    };

    private static IEnumerable<string> Others(JsonObject value, JsonObject schema) => value.Select(property => property.Key).Except(schema["properties"]?.AsObject().Select(property => property.Key) ?? []);

    private static string? Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static decimal Number(JsonNode value) => decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
