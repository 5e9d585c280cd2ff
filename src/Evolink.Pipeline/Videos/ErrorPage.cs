using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Evolink.Pipeline.Videos;

/// <summary>What a server sent instead of a video, in a few words that hold no link and no signature.</summary>
internal static partial class ErrorPage
{
    /// <summary>So much of a page is looked at.</summary>
    public const int Head = 2048;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const int LongestWord = 40;
    private const int LongestLine = 160;

    private static readonly SearchValues<char> PartsOfAddresses = SearchValues.Create("/\\?&=%@");

    /// <summary>Reads the page of a refusal. The status is what counts: one that does not come within a moment is done without.</summary>
    public static async Task<string> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] page = new byte[Head];
        using CancellationTokenSource soon = new(Timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, soon.Token);
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(either.Token);
            return Describe(page.AsSpan(0, await body.ReadAtLeastAsync(page, page.Length, throwOnEndOfStream: false, either.Token)));
        }
        catch (Exception e)
            when (e is IOException or HttpRequestException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "nothing";
        }
    }

    /// <summary>The kind of page, and its first line that says something.</summary>
    public static string Describe(ReadOnlySpan<byte> page)
    {
        ReadOnlySpan<byte> head = page[..Math.Min(page.Length, Head)];
        if (head.IsEmpty)
            return "nothing";
        if (head.ContainsAnyInRange((byte)0x00, (byte)0x08))
            return "binary data";
        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF').Trim();
        return text switch
        {
            "" => "nothing",
            ['<', ..] => Quote(IsHtml(text) ? "an HTML page" : "an XML page", FirstWords(text)),
            ['{' or '[', ..] => Quote("JSON", FirstLine(text)),
            _ => Quote("text", FirstLine(text)),
        };
    }

    private static bool IsHtml(string text) =>
        text.Contains("<html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase);

    // A title says what a page is about; object stores put their reason into <Code>.
    private static string FirstWords(string text) =>
        Telling().Match(text) is { Success: true } match ? match.Groups["words"].Value : FirstLine(Tags().Replace(text, "\n").Trim());

    private static string FirstLine(string text) => text.Split('\n', '\r')[0];

    private static string Quote(string kind, string line)
    {
        // Links in a page may be signed: words with parts of an address in them, and those too long to be words, are left out.
        string words = string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Safe));
        string said = words.Length > LongestLine ? words[..LongestLine] + "..." : words;
        return said.Length == 0 ? kind : $"{kind}: \"{said}\"";
    }

    private static string Safe(string word) =>
        word.Length > LongestWord || word.AsSpan().ContainsAny(PartsOfAddresses) || word.Any(char.IsControl) ? "..." : word;

    [GeneratedRegex(
        "<(title|code)[^>]*>(?<words>[^<]*[^<\\s][^<]*)<",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Telling();

    [GeneratedRegex("<[^>]*>", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Tags();
}
