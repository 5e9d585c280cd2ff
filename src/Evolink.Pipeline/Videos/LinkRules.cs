using Evolink.Client;
using Evolink.Pipeline.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>Which links may be opened at all, as far as the link itself tells. The address behind the name is judged when connecting.</summary>
internal sealed class LinkRules(EvolinkOptions options)
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
        // What cannot stand in a request line as it is (a space, other alphabets) is escaped in the usual way.
        bool exact = !sent.AsSpan().ContainsAnyExceptInRange(FirstVisible, LastVisible);
        if (!Uri.TryCreate(sent, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = exact }, out Uri? url) || !url.IsAbsoluteUri || url.Host.Length == 0)
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

    private void Check(Uri url)
    {
        bool loopback = options.AllowLoopback && PublicAddresses.IsLoopbackHost(url);
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

    private bool IsAllowed(string host) => options.ResultHosts.Count == 0 || options.ResultHosts.Any(allowed =>
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
