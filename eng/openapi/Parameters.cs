using System.Text.Json.Nodes;

namespace Evolink.OpenApi;

/// <summary>Parameters of several operations.</summary>
internal static class Parameters
{
    public static Parameter Disposition { get; } = Query("disposition", "`attachment`: the link saves the video, in place of playing it.", new() { ["type"] = "string" });

    public static Parameter Expires { get; } = Query("e", "Of a signed link: its end, in Unix seconds.", new() { ["type"] = "string" });

    public static Parameter SigningKey { get; } = Query("k", "Of a signed link: which key signed it.", new() { ["type"] = "string" });

    public static Parameter Signature { get; } = Query("s", "Of a signed link: the signature.", new() { ["type"] = "string" });

    public static Parameter Status { get; } = Query("status", "Only those of this status.", new() { ["type"] = "string", ["enum"] = SchemaRules.Statuses });

    public static Parameter Limit { get; } = Query(
        "limit", "At most so many.", new() { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 100, ["default"] = 20 }, example: 20);

    public static Parameter Id(string example) => Path("id", "Its id.", example);

    public static Parameter Path(string name, string description, string example) => new(name, "path", description, new() { ["type"] = "string" }) { Example = example };

    public static Parameter Query(string name, string description, JsonObject schema, JsonNode? example = null) =>
        new(name, "query", description, schema) { Example = example };

    /// <summary>The client's key, with one for each example of the body.</summary>
    public static Parameter IdempotencyKey(params (string Example, string Key)[] keys) => new(
        "Idempotency-Key", "header", $"Sent again with the same body, it meets what is there and costs nothing. {Capital(Evolink.Client.IdempotencyKey.Rule)}.", new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 255 })
    {
        Examples = keys.ToDictionary(key => key.Example, key => key.Key, StringComparer.Ordinal),
    };

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
