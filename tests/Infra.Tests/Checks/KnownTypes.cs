using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Infra.Tests.Checks;

/// <summary>The table of what resources are made of (Types/reduce-types.mjs makes it), and the check against it.</summary>
internal sealed class KnownTypes
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    private readonly Dictionary<string, KnownType> _types;

    private KnownTypes(Dictionary<string, KnownType> types) => _types = types;

    public static KnownTypes Table { get; } = Load();

    public KnownType? Find(string versionedType) => _types.GetValueOrDefault(versionedType);

    /// <summary>Whether a resource has such a property, to be set or to be read.</summary>
    public bool Has(string versionedType, IReadOnlyList<string> path)
    {
        KnownType? at = Find(versionedType);
        foreach (string step in path)
        {
            if (at?.Kind == "any")
                return true;
            at = at?.Properties?.GetValueOrDefault(step) ?? at?.Others;
        }

        return at is not null;
    }

    /// <summary>What is wrong with a value, told by the path to it.</summary>
    public static IEnumerable<string> Check(object? value, KnownType type, string path) => (type, value) switch
    {
        ({ Required: true }, null) => [$"{path} is required."],
        (_, null) or ({ Kind: "any" }, _) => [],
        ({ Is: { } allowed }, string text) => allowed.Contains(text) ? [] : [$"{path} is '{text}'; it must be {string.Join(" or ", allowed.Order(StringComparer.Ordinal).Take(12))}."],
        ({ Kind: "string" }, string text) => Text(text, type, path),
        ({ Kind: "int" }, long number) => number < type.Min || number > type.Max ? [$"{path} is {number}; it must be from {type.Min} to {type.Max}."] : [],
        ({ Kind: "bool" }, bool) => [],
        ({ Kind: "array" }, List<object?> items) => items.SelectMany((item, i) => Check(item, type.Items!, $"{path}[{i}]")),
        ({ IsObject: true }, Dictionary<string, object?> given) => Object(given, type, path),
        ({ Kind: "cut" }, _) => [$"{path} lies deeper than known-types.json goes: raise 'deepest' in reduce-types.mjs."],
        _ => [$"{path} must be {type.Kind ?? "one of a few words"}, not {value.GetType().Name}."],
    };

    private static IEnumerable<string> Text(string text, KnownType type, string path)
    {
        if (type.Pattern is { } pattern && !Patterns.GetOrAdd(pattern, pattern => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1))).IsMatch(text))
            yield return $"{path} is '{text}'; it must match {type.Pattern}.";
        if (text.Length < type.Min || text.Length > type.Max)
            yield return $"{path} is '{text}'; it must have {type.Min} to {type.Max} characters.";
    }

    private static IEnumerable<string> Object(Dictionary<string, object?> given, KnownType type, string path)
    {
        IReadOnlyDictionary<string, KnownType> known = type.Properties ?? new Dictionary<string, KnownType>();
        KnownType? others = type.Others;
        if (type.Kind == "oneOf")
        {
            string? which = given.GetValueOrDefault(type.By!) as string;
            if (which is null || !type.Cases!.TryGetValue(which, out KnownType? choice))
                return [$"{path}.{type.By} is '{which}'; it must be {string.Join(" or ", type.Cases!.Keys)}."];
            known = known.Concat(choice.Properties!).GroupBy(property => property.Key).ToDictionary(same => same.Key, same => same.Last().Value);
            others = choice.Others;
        }

        return given.SelectMany(property => Property(property, known, others, path))
            .Concat(known.Where(property => property.Value is { Required: true, ReadOnly: false } && !given.ContainsKey(property.Key)).Select(property => $"{path}.{property.Key} is required."));
    }

    private static IEnumerable<string> Property(KeyValuePair<string, object?> given, IReadOnlyDictionary<string, KnownType> known, KnownType? others, string path)
    {
        if (!known.TryGetValue(given.Key, out KnownType? type))
            return others is null ? [$"{path} has no '{given.Key}'."] : Check(given.Value, others, $"{path}.{given.Key}");
        return type.ReadOnly ? [$"{path}.{given.Key} is read-only."] : Check(given.Value, type, $"{path}.{given.Key}");
    }

    private static KnownTypes Load()
    {
        using Stream table = typeof(KnownTypes).Assembly.GetManifestResourceStream("known-types.json")!;
        return new(JsonSerializer.Deserialize<Dictionary<string, KnownType>>(table, Json)!);
    }
}
