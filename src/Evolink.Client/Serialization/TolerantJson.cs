using System.Globalization;
using System.Text.Json;

namespace Evolink.Client;

/// <summary>Reads what is there and takes the rest for missing: Evolink's answers promise little.</summary>
internal static class TolerantJson
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    // Until the year 5138; whatever is larger counts milliseconds.
    private const long LargestSeconds = 100_000_000_000;

    /// <summary>The document's root, or <see langword="null"/> where the bytes are no JSON.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        try
        {
            using var document = JsonDocument.Parse(utf8, Lenient);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The member of an object, unless it is missing or null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value
            : null;

    /// <summary>The member, if it is an object.</summary>
    public static JsonElement? Object(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    /// <summary>The member, if it is an array; or the array of that name inside of it, where it is an object.</summary>
    public static JsonElement? Array(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.Array } value => value,
        { ValueKind: JsonValueKind.Object } value when value.Member(name) is { ValueKind: JsonValueKind.Array } inside => inside,
        _ => null,
    };

    /// <summary>A time: Unix seconds or milliseconds, or a date with its time zone; without one it is UTC.</summary>
    public static DateTimeOffset? Time(this JsonElement element, string name)
    {
        if (element.Number(name) is { } number)
        {
            decimal seconds = number < LargestSeconds ? number : number / 1000;
            return seconds is > 0 and < LargestSeconds ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;
        }

        string? text = element.Text(name);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;
    }

    /// <summary>A value of a set that may grow.</summary>
    public static T? Value<T>(this JsonElement element, string name)
        where T : struct, IExtensibleValue<T> => element.Text(name) is { } text ? T.Of(text) : null;

    /// <summary>The text of a string, or of a number.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name)?.AsText();

    /// <summary>The text of a string, or of a number.</summary>
    public static string? AsText(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => ReadString(element),
        JsonValueKind.Number => element.GetRawText(),
        _ => null,
    };

    /// <summary>A number, or a string that holds one.</summary>
    public static decimal? Number(this JsonElement element, string name) =>
        element.Text(name) is { } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>A number without its fraction, if it fits.</summary>
    public static long? Whole(this JsonElement element, string name) =>
        element.Number(name) is { } number and >= long.MinValue and <= long.MaxValue ? (long)number : null;

    /// <summary>A boolean, or a string that holds one.</summary>
    public static bool? Flag(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } value when bool.TryParse(ReadString(value), out var flag) => flag,
        _ => null,
    };

    private static string? ReadString(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8: valid to the parser, but no text.
            return null;
        }
    }
}
