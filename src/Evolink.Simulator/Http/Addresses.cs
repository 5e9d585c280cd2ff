using System.Net;
using System.Net.Sockets;

namespace Evolink.Simulator;

/// <summary>Which addresses a provider on the internet would call: public ones, by https.</summary>
internal static class Addresses
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "64:ff9b::/96", "100::/64", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    public static bool IsPublic(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !NotPublic.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>What is wrong with a URL that the provider shall call; <see langword="null"/>: nothing.</summary>
    public static string? Problem(string text, bool allowLoopback)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("https" or "http") || url.Host.Length == 0)
            return "must be an absolute https URL";
        if (allowLoopback)
            return null;
        if (url.Scheme != Uri.UriSchemeHttps)
            return "must use https";
        bool isPublic = IPAddress.TryParse(url.DnsSafeHost, out IPAddress? address)
            ? IsPublic(address)
            : !IsLocalName(url.DnsSafeHost.TrimEnd('.'));
        return isPublic ? null : "must not point to an internal address";
    }

    /// <summary>Connects like any client, but, unless told otherwise, to public addresses only: a name may have changed since its check.</summary>
    public static SocketsHttpHandler Handler(bool allowLoopback, bool followRedirects)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = followRedirects,
            MaxAutomaticRedirections = 5,
            UseProxy = false,
            UseCookies = false,
        };
        if (!allowLoopback)
            handler.ConnectCallback = ConnectAsync;
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        IPAddress[] allowed = [.. addresses.Where(IsPublic)];
        if (allowed.Length == 0)
            throw new HttpRequestException($"{context.DnsEndPoint.Host} has no public address.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".local", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase)
        || !host.Contains('.', StringComparison.Ordinal);
}
