using System.Text.Json;
using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>The fields of one JSON object, read by type; what has the wrong type becomes an issue and reads as absent, as <c>null</c> does.</summary>
/// <param name="source">Its properties.</param>
/// <param name="prefix">What stands before its names in messages, with the dot.</param>
/// <param name="known">The names that it may have.</param>
public sealed class JsonFields(IReadOnlyDictionary<string, JsonElement> source, string prefix, IReadOnlyList<string> known)
{
    private const int MostNamed = 40;
    private readonly List<ValidationIssue> _issues = [];

    internal JsonFields(JsonElement source, string prefix, IReadOnlyList<string> known)
        : this(source.EnumerateObject().ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal), prefix, known)
    {
    }

    /// <summary>What is wrong with the fields that were read so far.</summary>
    public IReadOnlyList<ValidationIssue> Issues => _issues;

    /// <summary>A text.</summary>
    public string? String(string name) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? Text(name, value)
        : Wrong<string?>(name, value, "a string");

    /// <summary>True or false.</summary>
    public bool? Boolean(string name) => Value(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : Wrong<bool?>(name, value, "true or false");

    /// <summary>A whole number. As in JSON Schema, 5.0 is one; "5" and 5.5 are not.</summary>
    public int? Integer(string name) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && decimal.Truncate(number) == number
            && number is >= int.MinValue and <= int.MaxValue ? (int)number
        : Wrong<int?>(name, value, "a whole number");

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Strings(string name)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            return Wrong<IReadOnlyList<string>?>(name, value, "an array of strings");
        List<string> items = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                return Wrong<IReadOnlyList<string>?>(name, item, "an array of strings");
            if (Text(name, item) is { } text)
                items.Add(text);
        }

        return items;
    }

    /// <summary>Texts by name.</summary>
    public IReadOnlyDictionary<string, string>? Texts(string name)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            return Wrong<IReadOnlyDictionary<string, string>?>(name, value, "an object of strings");
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                return Wrong<IReadOnlyDictionary<string, string>?>(name, property.Value, "an object of strings");
            if (Text(name, property.Value) is { } text)
                texts[property.Name] = text;
        }

        return texts;
    }

    /// <summary>An object of its own.</summary>
    public JsonFields? Object(string name, IReadOnlyList<string> knownInside) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFields(value, $"{prefix}{name}.", knownInside)
        : Wrong<JsonFields?>(name, value, "an object");

    /// <summary>What has another name than those that are known; null where nothing has.</summary>
    public Dictionary<string, JsonElement>? Unknown()
    {
        Dictionary<string, JsonElement> unknown = source
            .Where(property => !known.Contains(property.Key))
            .ToDictionary(property => property.Key, property => property.Value.Clone(), StringComparer.Ordinal);
        return unknown.Count == 0 ? null : unknown;
    }

    /// <summary>That there is what has another name, with the name that was probably meant.</summary>
    public IEnumerable<ValidationIssue> UnknownIssues() => source.Keys
        .Where(name => !known.Contains(name))
        .Select(name => new ValidationIssue(
            prefix + Shown(name), ValidationCodes.NotSupported, $"'{prefix}{Shown(name)}' is no property of this request.{Suggestion(name)}"));

    /// <summary>Bytes, written as base64; as a <c>data:</c> link, too.</summary>
    public byte[]? Bytes(string name)
    {
        if (Value(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            return Wrong<byte[]?>(name, value, "a string of base64");
        // Most are exact, and cost no text of their length.
        if (value.TryGetBytesFromBase64(out byte[]? exact))
            return exact;
        if (Text(name, value) is not { } text)
            return null;
        int comma = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.IndexOf(',', StringComparison.Ordinal) : -1;
        byte[] bytes = new byte[(text.Length - comma) / 4 * 3 + 3];
        if (Convert.TryFromBase64Chars(text.AsSpan(comma + 1), bytes, out int length))
            return bytes[..length];
        _issues.Add(new ValidationIssue(
            prefix + name, ValidationCodes.Malformed, $"'{prefix}{name}' is no base64: it has a character in it that base64 does not know, or is cut."));
        return null;
    }

    private JsonElement? Value(string name) =>
        source.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    // A lone surrogate is valid in JSON's grammar, but no text.
    private string? Text(string name, JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            _issues.Add(new ValidationIssue(prefix + name, ValidationCodes.Malformed, $"'{prefix}{name}' holds half of a surrogate pair, which is no character."));
            return null;
        }
    }

    private T? Wrong<T>(string name, JsonElement value, string right)
    {
        string found = GenerationRequestReader.Name(value);
        _issues.Add(new ValidationIssue(prefix + name, ValidationCodes.Malformed, $"'{prefix}{name}' must be {right}, not {(found == "number" ? value.GetRawText()[..Math.Min(value.GetRawText().Length, 20)] : $"a JSON {found}")}."));
        return default;
    }

    private static string Shown(string name) => name.Length <= MostNamed ? name : $"{name[..MostNamed]}...";

    private string Suggestion(string name)
    {
        if (name.Length > MostNamed || known.Count == 0)
            return string.Empty;
        (string nearest, int distance) = known.Select(candidate => (candidate, Distance(name, candidate))).MinBy(pair => pair.Item2);
        return distance <= Math.Max(2, name.Length / 3) ? $" Did you mean '{prefix}{nearest}'?" : string.Empty;
    }

    // Levenshtein's distance, in one row.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
