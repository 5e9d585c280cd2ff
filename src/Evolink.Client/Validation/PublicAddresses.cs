using System.Net;

namespace Evolink.Client;

/// <summary>Which addresses and host names can belong to a machine on the public internet.</summary>
public static class PublicAddresses
{
    /// <summary>Whether the address is public unicast. Addresses that carry an IPv4 address inside are judged by it.</summary>
    public static bool IsPublic(IPAddress address) => throw new NotSupportedException("Follows.");

    /// <summary>Whether the url's host can be public: a public address, or a name of more than one label outside of local zones. Asks no DNS.</summary>
    public static bool IsPublicHost(Uri url) => throw new NotSupportedException("Follows.");

    /// <summary>Whether the url's host is <c>localhost</c> or a loopback address.</summary>
    public static bool IsLoopbackHost(Uri url) => throw new NotSupportedException("Follows.");
}
