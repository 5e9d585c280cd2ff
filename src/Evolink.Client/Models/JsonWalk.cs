using System.Text.Json;

namespace Evolink.Client;

/// <summary>Goes through every value of a JSON object, however deep it stands.</summary>
public static class JsonWalk
{
    private static readonly string[] LinkNames = ["url", "urls", "uri", "uris", "image_start", "image_end"];

    /// <summary>Every value that is no object and no array, in the order of the text.</summary>
    public static IEnumerable<PlacedValue> Values(JsonElement body) => body.ValueKind == JsonValueKind.Object
        ? body.EnumerateObject().SelectMany(static member => Values(member.Value, member.Name, member.Name, member.Name))
        : [];

    /// <summary>
    /// Whether a text is meant as a link: one that begins with <c>http:</c> or <c>https:</c> and has no blank in it, but for prompts;
    /// and one with any scheme in a field that is named for a link.
    /// </summary>
    public static bool IsLink(PlacedValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Text is not { Length: > 0 } text) return false;
        if (Array.Exists(LinkNames, name => value.Field.EndsWith(name, StringComparison.OrdinalIgnoreCase))) return HasScheme(text.AsSpan().Trim());
        return !value.Field.Contains("prompt", StringComparison.OrdinalIgnoreCase) && !text.Any(char.IsWhiteSpace)
            && (text.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http:", StringComparison.OrdinalIgnoreCase));
    }

    private static bool HasScheme(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon < 1 || !char.IsAsciiLetter(text[0])) return false;
        foreach (var letter in text[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('+' or '-' or '.')) return false;
        }

        return true;
    }

    private static IEnumerable<PlacedValue> Values(JsonElement value, string path, string field, string root) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Values(member.Value, $"{path}.{member.Name}", member.Name, root)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((item, index) => Values(item, $"{path}[{index}]", field, root)),
        _ => [new PlacedValue(path, field, root, value)],
    };
}

/// <summary>A value, and where it stands.</summary>
/// <param name="Path">As in <c>model_params.shots[1].image_url</c>.</param>
/// <param name="Field">The name of the nearest property around it.</param>
/// <param name="Root">The name of the outermost.</param>
/// <param name="Json">The value.</param>
public sealed record PlacedValue(string Path, string Field, string Root, JsonElement Json)
{
    /// <summary>
    /// Its text, where it is one; <see langword="null"/> also where it holds half of a surrogate pair, which is no character.
    /// </summary>
    public string? Text => Json.ValueKind == JsonValueKind.String ? Json.AsText() : null;
}
