namespace Evolink.Client;

/// <summary>What every link in a request must obey, for Evolink's servers have to reach it.</summary>
internal static class UrlRules
{
    /// <summary>The first rule that the link breaks, or <see langword="null"/>.</summary>
    public static ValidationIssue? Check(string param, string value, ValidationOptions options)
    {
        // System.Uri trims blanks and reads a few spellings that others do not.
        if (value.AsSpan().ContainsAnyInRange('\0', ' ') || value.Contains('\\', StringComparison.Ordinal)
            || !Uri.TryCreate(value, UriKind.Absolute, out var url) || !NamesItsScheme(value, url))
        {
            return Issue(param, ValidationCodes.Malformed, "is no absolute url; give a link such as https://example.com/file");
        }

        var isLoopback = options.AllowLoopback && PublicAddresses.IsLoopbackHost(url);
        if (url.Scheme != Uri.UriSchemeHttps && !(isLoopback && url.Scheme == Uri.UriSchemeHttp))
        {
            return Issue(param, ValidationCodes.NotHttps, $"begins with {Shorten(url.Scheme)}:, but only https: links are allowed");
        }

        // The raw text, since System.Uri does not tell an empty user name.
        if (Authority(value).Contains('@', StringComparison.Ordinal))
        {
            return Issue(param, ValidationCodes.CredentialsInUrl, "carries a user name or password; give a link without them");
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

    private static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "...");
}
