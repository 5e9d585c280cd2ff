using System.Text;
using Evolink.Client;

namespace Evolink.Pipeline.Videos;

/// <summary>Which links may be opened at all, as far as the link itself tells. The address behind the name is judged when connecting.</summary>
/// <param name="allowLoopback">Development only: http and loopback addresses pass.</param>
/// <param name="hosts">The only hosts (a name, or <c>*.name</c>); empty: any public one.</param>
internal sealed class LinkRules(bool allowLoopback, IList<string> hosts)
{
    private const char FirstVisible = '!';
    private const char LastVisible = '~';

    /// <summary>Reads a link without changing a character of what is sent: a signed one dies of an unescaped <c>%7E</c>.</summary>
    /// <exception cref="VideoDownloadException">It may not be opened.</exception>
    public Uri Parse(string link)
    {
        // A fragment is never sent; with canonicalization off, Uri would take it for a part of the query.
        int fragment = link.IndexOf('#', StringComparison.Ordinal);
        string sent = fragment < 0 ? link : link[..fragment];
        if (sent.AsSpan().ContainsAnyInRange('\0', '\x1F') || sent.Contains('\x7F', StringComparison.Ordinal))
            throw Blocked("The link holds control characters.");
        UriCreationOptions exact = new() { DangerousDisablePathAndQueryCanonicalization = true };
        if (!Uri.TryCreate(Escape(sent), exact, out Uri? url) || !url.IsAbsoluteUri || url.Host.Length == 0)
            throw Blocked("The link is no absolute address.");
        Check(url);
        return url;
    }

    /// <summary>Where a redirect leads: its <c>Location</c> (RFC 9110, 10.2.2) put together to the letter, and checked like a link.</summary>
    /// <exception cref="VideoDownloadException">It may not be followed.</exception>
    public Uri Redirect(Uri from, string location)
    {
        string path = from.PathAndQuery.Split('?')[0];
        return Parse(location switch
        {
            "" => throw Blocked($"{from.Host} sent a redirect to nowhere."),
            ['/', '/', ..] => $"{from.Scheme}:{location}",
            ['/', ..] => from.GetLeftPart(UriPartial.Authority) + location,
            ['?', ..] => from.GetLeftPart(UriPartial.Authority) + path + location,
            _ when HasScheme(location) => location,
            _ => from.GetLeftPart(UriPartial.Authority) + path[..(path.LastIndexOf('/') + 1)] + location,
        });
    }

    // What cannot stand in a request line (a space, other alphabets) is escaped, and nothing else. A host is Uri's business.
    private static string Escape(string link)
    {
        int authority = link.IndexOf("://", StringComparison.Ordinal);
        int path = authority < 0 ? -1 : link.AsSpan(authority + 3).IndexOfAny('/', '?', '\\');
        if (path < 0 || !link.AsSpan(authority + 3 + path).ContainsAnyExceptInRange(FirstVisible, LastVisible))
            return link;
        StringBuilder escaped = new(link, 0, authority + 3 + path, link.Length + 64);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in link.AsSpan(authority + 3 + path).EnumerateRunes())
        {
            if (rune.Value is >= FirstVisible and <= LastVisible)
                escaped.Append((char)rune.Value);
            else
                escaped.Append('%').AppendJoin('%', Convert.ToHexString(utf8[..rune.EncodeToUtf8(utf8)]).Chunk(2).Select(digits => new string(digits)));
        }

        return escaped.ToString();
    }

    private void Check(Uri url)
    {
        bool loopback = allowLoopback && PublicAddresses.IsLoopbackHost(url);
        if (url.Scheme != Uri.UriSchemeHttps && !(loopback && url.Scheme == Uri.UriSchemeHttp))
            throw Blocked($"The link to {url.Host} is {url.Scheme}, not https.");
        if (url.UserInfo.Length > 0)
            throw Blocked($"The link to {url.Host} carries credentials.");
        if (loopback)
            return;
        if (!PublicAddresses.IsPublicHost(url))
            throw Blocked($"The host {url.Host} is not public.");
        if (!IsAllowed(url.IdnHost.TrimEnd('.')))
            throw Blocked($"The host {url.Host} is not among Evolink:ResultHosts.");
    }

    private bool IsAllowed(string host) => hosts.Count == 0 || hosts.Any(allowed =>
        allowed.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(allowed, StringComparison.OrdinalIgnoreCase));

    private static bool HasScheme(string location)
    {
        int colon = location.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(location[0]) && !location.AsSpan(0, colon).ContainsAny("/?");
    }

    private static VideoDownloadException Blocked(string message) => new(DownloadFailure.Blocked, message);
}
