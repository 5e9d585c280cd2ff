using System.Text.Json;
using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>The fields of one JSON object, read by type; what has the wrong type becomes an issue and reads as absent, as <c>null</c> does.</summary>
internal sealed class JsonFields(JsonElement source, string prefix, IReadOnlyList<string> known)
{
    private const int MostNamed = 40;
    private readonly List<ValidationIssue> _issues = [];

    public IReadOnlyList<ValidationIssue> Issues => _issues;

    public string? String(string name) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? Text(name, value)
        : Wrong<string?>(name, value, "a string");

    public bool? Boolean(string name) => Value(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : Wrong<bool?>(name, value, "true or false");

    // As in JSON Schema, 5.0 is an integer; "5" and 5.5 are not.
    public int? Integer(string name) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && decimal.Truncate(number) == number
            && number is >= int.MinValue and <= int.MaxValue ? (int)number
        : Wrong<int?>(name, value, "a whole number");

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

    public JsonFields? Object(string name, IReadOnlyList<string> knownInside) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFields(value, $"{prefix}{name}.", knownInside)
        : Wrong<JsonFields?>(name, value, "an object");

    public Dictionary<string, JsonElement>? Unknown()
    {
        Dictionary<string, JsonElement> unknown = source.EnumerateObject()
            .Where(property => !known.Contains(property.Name))
            .ToDictionary(property => property.Name, property => property.Value.Clone(), StringComparer.Ordinal);
        return unknown.Count == 0 ? null : unknown;
    }

    public IEnumerable<ValidationIssue> UnknownIssues() => source.EnumerateObject()
        .Where(property => !known.Contains(property.Name))
        .Select(property => new ValidationIssue(
            prefix + Shown(property.Name), ValidationCodes.NotSupported, $"'{prefix}{Shown(property.Name)}' is no property of this request.{Suggestion(property.Name)}"));

    private JsonElement? Value(string name) =>
        source.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

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
        if (name.Length > MostNamed)
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
