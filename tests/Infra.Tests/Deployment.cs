namespace Infra.Tests;

/// <summary>The resources that Azure would be asked for in a scenario.</summary>
internal sealed record Deployment(Scenario Scenario, IReadOnlyList<JsonNode> Resources)
{
    public IEnumerable<JsonNode> OfType(string type) => Resources.Where(resource => (string?)resource["type"] == type);

    /// <summary>The properties of the one resource of a type.</summary>
    public JsonNode Only(string type) => OfType(type).Single()["properties"]!;

    /// <summary>The names of resources of a type, without those that they lie in.</summary>
    public IReadOnlyList<string> Names(string type) => [.. OfType(type).Select(resource => ((string)resource["name"]!).Split('/')[^1])];
}

internal static class JsonPath
{
    /// <summary>What stands at a path such as "properties/sku/name".</summary>
    public static JsonNode? At(this JsonNode node, string path) => path.Split('/').Aggregate((JsonNode?)node, (at, step) => at?[step]);
}
