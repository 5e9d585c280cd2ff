using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Infra.Tests.Evaluation;

/// <summary>The functions of Bicep that infra/ uses, on plain values: string, long, bool, null, list, dictionary.</summary>
internal static class Functions
{
    public const string Subscription = "/subscriptions/00000000-0000-0000-0000-000000000001";
    public const string Group = $"{Subscription}/resourceGroups/group";

    /// <summary>All of them; those with lambdas are in <see cref="Evaluator"/>.</summary>
    public static IReadOnlySet<string> Known { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "concat", "empty", "environment", "filter", "first", "guid", "join", "length", "listKeys", "loadJsonContent", "map", "range", "replace", "split",
        "string", "subscription", "subscriptionResourceId", "tenant", "toObject", "trim", "union", "uniqueString",
    };

    public static object? Call(string function, IReadOnlyList<object?> given) => function switch
    {
        "concat" => given.SelectMany(List).ToList(),
        "empty" => given[0] is null or "" or List<object?> { Count: 0 } or Dictionary<string, object?> { Count: 0 },
        "environment" => From("""{"suffixes":{"storage":"core.windows.net","keyvaultDns":".vault.azure.net"}}"""),
        "first" => List(given[0])[0],
        "guid" => new Guid(Hash(given).AsSpan(0, 16)).ToString(),
        "join" => string.Join(Text(given[1]), List(given[0]).Select(Text)),
        "length" => given[0] is string text ? text.Length : (long)List(given[0]).Count,
        "listKeys" => From("""{"systemKeys":{"blobs_extension":"the-key"}}"""),
        "range" => Enumerable.Range((int)(long)given[0]!, (int)(long)given[1]!).Select(i => (object?)(long)i).ToList(),
        "replace" => Text(given[0]).Replace(Text(given[1]), Text(given[2]), StringComparison.Ordinal),
        "split" => Text(given[0]).Split(Text(given[1])).Select(part => (object?)part).ToList(),
        "string" => given[0] as string ?? JsonSerializer.Serialize(given[0]),
        "subscription" => From($$"""{"id":"{{Subscription}}"}"""),
        "subscriptionResourceId" => $"{Subscription}/providers/{Text(given[0])}/{Text(given[1])}",
        "tenant" => From("""{"tenantId":"00000000-0000-0000-0000-000000000002"}"""),
        "trim" => Text(given[0]).Trim(),
        "union" => given.Cast<Dictionary<string, object?>>().Aggregate(new Dictionary<string, object?>(StringComparer.Ordinal), Union),
        "uniqueString" => Convert.ToHexStringLower(Hash(given))[..13],
        _ => throw new NotSupportedException($"'{function}' is no function that is known here."),
    };

    public static List<object?> List(object? value) => value as List<object?> ?? throw new InvalidCastException($"{Text(value)} is no array.");

    public static string Text(object? value) => value switch
    {
        string text => text,
        long number => number.ToString(),
        bool flag => flag ? "true" : "false",
        null => "null",
        _ => JsonSerializer.Serialize(value),
    };

    public static object? From(string json) => From(JsonDocument.Parse(json).RootElement);

    private static object? From(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.GetInt64(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => json.EnumerateArray().Select(From).ToList(),
        JsonValueKind.Object => json.EnumerateObject().ToDictionary(property => property.Name, property => From(property.Value), StringComparer.Ordinal),
        _ => null,
    };

    private static Dictionary<string, object?> Union(Dictionary<string, object?> all, Dictionary<string, object?> more)
    {
        foreach ((string key, object? value) in more)
            all[key] = value;
        return all;
    }

    private static byte[] Hash(IReadOnlyList<object?> given) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', given.Select(Text))));
}
