using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Evolink.Client;

namespace Evolink.Pipeline;

/// <summary>
/// Connections to addresses that strangers named: public ones only. The address is checked when the connection is made, so that a name
/// cannot answer differently a second time.
/// </summary>
internal sealed class GuardedSockets(bool allowLoopback, OutsideNetwork network)
{
    /// <summary>Whether an address may be called at all: https, or http to this machine where that is allowed; without credentials.</summary>
    public static bool MayCall(Uri address, bool allowLoopback) => address.UserInfo.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && allowLoopback && PublicAddresses.IsLoopbackHost(address)));

    /// <summary>A handler that connects in this way, and adds nothing of ours: no cookies, no credentials, no proxy, no trace ids, no redirects.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = ConnectAsync,
        ConnectTimeout = network.ConnectTimeout,
        Credentials = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        SslOptions = network.Tls,
        UseCookies = false,
        UseProxy = false,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint host = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(host.Host, out IPAddress? literal)
            ? [literal]
            : await network.ResolveAsync(host.Host, cancellationToken);
        IPAddress[] allowed = [.. addresses.Where(IsAllowed)];
        if (allowed.Length == 0)
            throw new BlockedAddressException($"{host.Host} has no public address.");

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await network.ConnectAsync(socket, allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address) =>
        PublicAddresses.IsPublic(address)
        || (allowLoopback && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
}

/// <summary>Names, connections and trust out there; tests put a network of their own in its place.</summary>
internal class OutsideNetwork
{
    public virtual TimeSpan ConnectTimeout => TimeSpan.FromSeconds(15);

    public virtual SslClientAuthenticationOptions Tls => new();

    public virtual Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);

    public virtual ValueTask ConnectAsync(Socket socket, IPAddress[] addresses, int port, CancellationToken cancellationToken) =>
        socket.ConnectAsync(addresses, port, cancellationToken);
}

/// <summary>No connection was made, because the address is not public.</summary>
internal sealed class BlockedAddressException(string message) : IOException(message);
