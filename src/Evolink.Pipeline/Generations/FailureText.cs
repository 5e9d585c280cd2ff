using System.Text.RegularExpressions;
using Azure;
using Azure.Identity;

namespace Evolink.Pipeline.Generations;

/// <summary>Failures in words that may stand in records and answers: type and message, one line, bounded, without links, which may be signed.</summary>
public static partial class FailureText
{
    private const int MaxLength = 300;

    /// <summary>Whether it is storage, or the way to it, that failed.</summary>
    public static bool IsStorage(Exception failure) =>
        failure is RequestFailedException or AuthenticationFailedException
        || (failure is AggregateException { InnerExceptions: [.., var last] } ? IsStorage(last) : failure.InnerException is { } inner && IsStorage(inner));

    /// <summary>The type and the first line of its message. Of storage's, the status and code: the rest names accounts and requests.</summary>
    public static string Of(Exception failure) => failure switch
    {
        AggregateException { InnerExceptions: [.., var last] } => Of(last),
        RequestFailedException storage => Of(storage.GetType().Name, $"{storage.Status} {storage.ErrorCode}".TrimEnd()),
        _ => Of(failure.GetType().Name, failure.Message),
    };

    /// <summary>A failure that is only known by its names.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="message">Its message.</param>
    public static string Of(string? type, string? message)
    {
        // Cut first: a long message costs no more than a short one.
        ReadOnlySpan<char> line = (message ?? "").AsSpan(0, Math.Min(message?.Length ?? 0, 2 * MaxLength));
        string words = WithoutLinks(line[..(line.IndexOfAny('\r', '\n') is >= 0 and var end ? end : line.Length)].ToString());
        string text = words.Length == 0 ? type ?? "" : type is null ? words : $"{type}: {words}";
        return text.Length <= MaxLength ? text : text[..MaxLength];
    }

    /// <summary>Words of others without links, which may be signed. They are cut first where there may be any number of them.</summary>
    public static string WithoutLinks(string words) => Link().Replace(words, "(link)");

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.-]*://\S+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
