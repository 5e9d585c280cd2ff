namespace Infra.Tests;

/// <summary>The resources that Azure would be asked for in a scenario.</summary>
internal sealed record Deployment(Scenario Scenario, IReadOnlyList<JsonNode> Resources)
{
    public IEnumerable<JsonNode> OfType(string type) => Resources.Where(resource => (string?)resource["type"] == type);

    /// <summary>The properties of the one resource of a type.</summary>
    public JsonNode Only(string type) => OfType(type).Single()["properties"]!;

    /// <summary>The names of resources of a type, without those that they lie in.</summary>
    public IReadOnlyList<string> Names(string type) => [.. OfType(type).Select(resource => ((string)resource["name"]!).Split('/')[^1])];

    /// <summary>Both storage accounts.</summary>
    public IReadOnlyList<JsonNode> Accounts => [.. OfType("Microsoft.Storage/storageAccounts")];

    /// <summary>The settings of the app.</summary>
    public Dictionary<string, string> Settings => OfType("Microsoft.Web/sites/config").Single()["properties"]!.AsObject()
        .ToDictionary(setting => setting.Key, setting => (string)setting.Value!, StringComparer.Ordinal);

    /// <summary>Whether a resource is the account of the Functions host, or lies in it; else it is of that of the data.</summary>
    public static bool IsOfHost(JsonNode resource) => ((string)resource["name"]!).StartsWith("sthost", StringComparison.Ordinal);

    /// <summary>The names of what one of the accounts holds of a type below it, such as blobServices/containers.</summary>
    public IReadOnlyList<string> Held(bool byHost, string type) => [.. OfType($"Microsoft.Storage/storageAccounts/{type}")
        .Where(resource => IsOfHost(resource) == byHost)
        .Select(resource => ((string)resource["name"]!).Split('/')[^1])];
}

internal static class JsonPath
{
    /// <summary>What stands at a path such as "properties/sku/name".</summary>
    public static JsonNode? At(this JsonNode node, string path) => path.Split('/').Aggregate((JsonNode?)node, (at, step) => at?[step]);
}
