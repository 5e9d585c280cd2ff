using System.Text.RegularExpressions;

namespace Evolink.Client;

/// <summary>Takes out of Evolink's words what must not reach a log: the key, prompts, queries of links.</summary>
internal static partial class Discretion
{
    private const int MaxLength = 1000;
    private const int MaxRead = 8000;
    private const int EchoLength = 16;

    /// <summary>The words without the secrets (whole values that may be echoed), at most 1000 characters, on one line.</summary>
    public static string Apply(string words, params ReadOnlySpan<string?> secrets)
    {
        foreach (var secret in secrets)
        {
            if (string.IsNullOrWhiteSpace(secret)) continue;
            words = words.Replace(secret, "***", StringComparison.Ordinal);
            // Long ones may be echoed in part; then nothing after their beginning can be told from them.
            if (secret.Length > EchoLength && words.IndexOf(secret[..EchoLength], StringComparison.Ordinal) is >= 0 and var at)
            {
                words = words[..at] + "***";
            }
        }

        // Of a page of any length only the head is looked through: what was paid must not wait for that.
        if (words.Length > MaxRead) words = words[..MaxRead];
        words = Breaks().Replace(LinkQuery().Replace(KeyLike().Replace(words, "***"), "${link}?***"), " ");
        return words.Length <= MaxLength ? words : string.Concat(words.AsSpan(0, MaxLength), "...");
    }

    [GeneratedRegex(
        @"(?<link>https?://[^\s?""'<>]*)\?[^\s""'<>]*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LinkQuery();

    // Keys of this service begin with sk-; a refused one may be an earlier key than the current.
    [GeneratedRegex(@"\bsk-[A-Za-z0-9_\-]{6,}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex KeyLike();

    [GeneratedRegex(@"[\p{Cc}\s]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Breaks();
}
