using System.Globalization;

namespace Evolink.Client;

/// <summary>What every link in a request must obey, for Evolink's servers have to reach it.</summary>
internal static class UrlRules
{
    // RFC 1035, 2.3.4.
    private const int MaxLabelLength = 63;

    /// <summary>The first rule that the link breaks, or <see langword="null"/>.</summary>
    public static ValidationIssue? Check(string param, string value, ValidationOptions options, bool allowsHttp = false)
    {
        // System.Uri trims blanks and reads a few spellings that others do not.
        if (Blank(value) is { } blank)
        {
            return Issue(param, ValidationCodes.Malformed, blank);
        }

        if (value.Contains('\\', StringComparison.Ordinal))
        {
            return Issue(param, ValidationCodes.Malformed, "has a backslash in it; write / or, where it is meant, %5C");
        }

        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || !NamesItsScheme(value, url))
        {
            return Issue(param, ValidationCodes.Malformed, "is no absolute url; give a link such as https://example.com/file");
        }

        var isLoopback = options.AllowLoopback && PublicAddresses.IsLoopbackHost(url);
        if (url.Scheme != Uri.UriSchemeHttps && !((isLoopback || allowsHttp) && url.Scheme == Uri.UriSchemeHttp))
        {
            return Issue(param, ValidationCodes.NotHttps,
                $"begins with {Shorten(url.Scheme)}:, but only https: {(allowsHttp ? "and http: " : "")}links are allowed");
        }

        // The raw text, since System.Uri does not tell an empty user name.
        if (Authority(value).Contains('@', StringComparison.Ordinal))
        {
            return Issue(param, ValidationCodes.CredentialsInUrl, "carries a user name or password; give a link without them");
        }

        if (url.Port == 0)
        {
            return Issue(param, ValidationCodes.Malformed,
                "names port 0, at which nothing can be reached; leave it out, or give the port that is meant");
        }

        if (TooLongLabel(url) is { } label)
        {
            return Issue(param, ValidationCodes.Malformed,
                $"names a host with a part of {label} characters between its dots; names on the internet have at most {MaxLabelLength}");
        }

        if (url.HostNameType == UriHostNameType.IPv6 && Authority(value).Contains('%', StringComparison.Ordinal))
        {
            return Issue(param, ValidationCodes.NotPublic,
                "names an IPv6 address with a zone (after %), which means something on one machine only; leave it out");
        }

        return isLoopback || PublicAddresses.IsPublicHost(url)
            ? null
            : Issue(param, ValidationCodes.NotPublic,
                $"names the host {Shorten(url.IdnHost)}, which Evolink cannot reach; give a public host name (in ASCII) or address");
    }

    private static ValidationIssue Issue(string param, string code, string words) => new(param, code, $"{param} {words}.");

    // Not so for "/path" and "//host", which System.Uri takes for files.
    private static bool NamesItsScheme(string value, Uri url) => value.StartsWith(url.Scheme + ":", StringComparison.OrdinalIgnoreCase);

    private static string Authority(string value)
    {
        var rest = value[(value.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        return end < 0 ? rest : rest[..end];
    }

    // Also what cannot be seen: a zero-width space comes along when a link is copied from a page.
    private static string? Blank(string value)
    {
        var begin = value.TakeWhile(IsBlank).Count();
        var end = value.Length - value.Reverse().TakeWhile(IsBlank).Count();
        for (var index = begin; index < end; index++)
        {
            if (!IsBlank(value[index])) continue;
            return $"has a blank, a line break or an invisible character in it, at index {index}; write a blank as %20";
        }

        return begin == 0 && end == value.Length
            ? null
            : "has a blank, a line break or an invisible character before or after it; leave it out";
    }

    private static bool IsBlank(char character) =>
        char.IsWhiteSpace(character) || char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format;

    private static int? TooLongLabel(Uri url)
    {
        // Its own text where it cannot be written in ASCII: such a name is not public anyway.
        var host = PublicAddresses.HostOf(url) ?? url.Host;
        return host.Split('.').Max(label => label.Length) is > MaxLabelLength and var length ? length : null;
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "...");
}
