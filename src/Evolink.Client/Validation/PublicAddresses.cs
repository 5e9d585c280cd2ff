using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Evolink.Client;

/// <summary>Which addresses and host names can belong to a machine on the public internet.</summary>
/// <remarks>Source: the IANA special-purpose address registries for IPv4 and IPv6.</remarks>
public static class PublicAddresses
{
    private static readonly IPNetwork[] SpecialIPv4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),       // this network
        IPNetwork.Parse("10.0.0.0/8"),      // private
        IPNetwork.Parse("100.64.0.0/10"),   // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"),     // loopback
        IPNetwork.Parse("168.63.129.16/32"), // Azure's own services, reached from within every virtual machine
        IPNetwork.Parse("169.254.0.0/16"),  // link-local, cloud metadata
        IPNetwork.Parse("172.16.0.0/12"),   // private
        IPNetwork.Parse("192.0.0.0/24"),    // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"),    // documentation
        IPNetwork.Parse("192.88.99.0/24"),  // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"),  // private
        IPNetwork.Parse("198.18.0.0/15"),   // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"),  // documentation
        IPNetwork.Parse("224.0.0.0/4"),     // multicast
        IPNetwork.Parse("240.0.0.0/4"),     // reserved, broadcast
    ];

    // Everything outside of it is unspecified, loopback, discard-only, unique-local, link-local, site-local, multicast or unassigned.
    private static readonly IPNetwork GlobalIPv6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialIPv6 =
    [
        IPNetwork.Parse("2001::/23"),       // protocol assignments, Teredo among them
        IPNetwork.Parse("2001:db8::/32"),   // documentation
        IPNetwork.Parse("3fff::/20"),       // documentation
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    // RFC 1035, 2.3.4: 255 bytes on the wire are 253 characters.
    private const int MaxNameLength = 253;
    private const int MaxLabelLength = 63;

    private static readonly string[] LocalZones = ["localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa"];

    /// <summary>
    /// Whether the address is public unicast. One that carries an IPv4 address inside (mapped, 6to4, the well-known NAT64 prefix)
    /// is judged by that.
    /// </summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(SpecialIPv4, network => network.Contains(address)),
            AddressFamily.InterNetworkV6 when InnerIPv4(address) is { } inner => IsPublic(inner),
            AddressFamily.InterNetworkV6 =>
                GlobalIPv6.Contains(address) && !Array.Exists(SpecialIPv6, network => network.Contains(address)),
            _ => false,
        };
    }

    /// <summary>Whether the url's host can be public: a public address, or a name of more than one label outside of local zones.</summary>
    /// <remarks>
    /// Asks no DNS: who connects must check the resolved address as well. Names are expected in ASCII (<c>xn--</c>), since what another
    /// program makes of other characters (full-width digits, for one) cannot be known.
    /// </remarks>
    public static bool IsPublicHost(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (HostOf(url) is not { } host) return false;
        if (IPAddress.TryParse(host, out var address)) return IsPublic(address);
        var labels = host.Split('.');
        return labels.Length > 1
            && host.Length <= MaxNameLength
            && Array.TrueForAll(labels, label => label.Length is > 0 and <= MaxLabelLength)
            && Ascii.IsValid(url.Host)
            && !EndsInNumber(labels[^1])
            && !Array.Exists(LocalZones, zone => host.EndsWith("." + zone, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether the url's host is <c>localhost</c> or a loopback address.</summary>
    public static bool IsLoopbackHost(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var host = HostOf(url);
        return IPAddress.TryParse(host, out var address)
            ? IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            : string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase);
    }

    // System.Uri has already turned 0x7f.1, 0177.0.0.1 and 2130706433 into 127.0.0.1; a trailing dot keeps it from doing so.
    // A name that cannot be written in ASCII belongs to no machine; Uri finds that out only when asked for it.
    internal static string? HostOf(Uri url)
    {
        try
        {
            return url.IdnHost.TrimEnd('.');
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    // As in the URL standard: a name whose last label is a number is an IPv4 address, and this one was not a valid one.
    private static bool EndsInNumber(string label) =>
        label.All(char.IsAsciiDigit)
        || (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && label[2..].All(char.IsAsciiHexDigit));

    private static IPAddress? InnerIPv4(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address)) return new IPAddress(bytes.AsSpan(2, 4));
        return Nat64.Contains(address) ? new IPAddress(bytes.AsSpan(12, 4)) : null;
    }
}
