using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline.Generations;

/// <summary>The one place where JSON from outside is parsed: bodies, sidecars, queue messages and callbacks.</summary>
/// <remarks>A byte order mark is skipped, as PowerShell, editors on Windows and .NET's own writers put it before their text.</remarks>
public static class IncomingJson
{
    private const int MaxDepth = 16;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };
    private static readonly JsonDocumentOptions Tolerant = new() { MaxDepth = 2 * MaxDepth };

    /// <summary>Parses JSON in UTF-8 without doubled properties.</summary>
    /// <param name="bytes">What came.</param>
    /// <returns>The document, for the caller to dispose; or what is wrong, to be read after "The body".</returns>
    public static (JsonDocument? Document, string? Problem) Parse(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlyMemory<byte> utf8 = WithoutMark(bytes);
        if (UnexpectedContent.Recognize(utf8.Span[..Math.Min(utf8.Length, UnexpectedContent.HeadLength)]) is { Name: not "JSON" } other)
            return (null, $"is {other.Name}, and no valid JSON; send the JSON itself, in UTF-8");
        if (!Utf8.IsValid(utf8.Span))
            return (null, ImageKind.Sniff(utf8.Span) is { } image
                ? $"is a {image.Name} image, and no valid JSON; images go to POST /v1/images, and the link that it answers into image_urls"
                : "is not UTF-8");
        try
        {
            return (JsonDocument.Parse(utf8, Strict), null);
        }
        catch (JsonException e)
        {
            return (null, $"is no valid JSON: {Where(e)}");
        }
        // Not of the documented ones: this is how the parser meets it when it compares names.
        catch (InvalidOperationException)
        {
            return (null, "is no valid JSON: the name of a property holds half of a surrogate pair, which is no character");
        }
    }

    /// <summary>
    /// Parses a message of which a field or two are hints: no mistake beside them keeps them from being read. Null where it is no JSON.
    /// </summary>
    public static JsonDocument? ParseHints(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(WithoutMark(bytes), Tolerant);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The bytes after the byte order mark, where there is one.</summary>
    internal static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;

    // The parser's own message may quote the body; where it stopped is enough.
    private static string Where(JsonException e) => e switch
    {
        { LineNumber: { } line, BytePositionInLine: { } position } =>
            $"it breaks in line {line + 1} at byte {position + 1}, or is nested deeper than {MaxDepth} levels",
        _ => "a property stands in it twice, or it is cut off",
    };
}
