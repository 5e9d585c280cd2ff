using System.Text.RegularExpressions;
using Evolink.Client;

namespace Evolink.Pipeline.Images;

/// <summary>
/// Links under which clients name what they uploaded: <c>{base}/v1/images/{sha256}</c>, and <c>{base}/v1/files/{sha256}.{extension}</c>.
/// </summary>
public static partial class ImageLinks
{
    /// <summary>The link of an image.</summary>
    public static Uri For(Uri publicBase, string sha256) => new(publicBase, Relative(sha256));

    /// <summary>The link without the app's address: what <c>image</c>, the name alone, is short for.</summary>
    public static string Relative(string sha256) => $"/v1/images/{sha256}";

    /// <summary>The link of any file.</summary>
    /// <param name="publicBase">Address of this app.</param>
    /// <param name="sha256">The file's name.</param>
    /// <param name="kind">Its kind, which the link tells by an extension: Evolink looks at it.</param>
    public static Uri ForFile(Uri publicBase, string sha256, FileKind kind) => new(publicBase, $"/v1/files/{sha256}.{kind.Extension}");

    /// <summary>The path of an own link, as it was given.</summary>
    internal static string PathOf(string ownLink) => ownLink is ['/', ..] ? ownLink : new Uri(ownLink).AbsolutePath;

    /// <summary>What an own link leads to, by its extension; without one it is an image.</summary>
    internal static MediaKind KindOf(string ownLink) => FileKind.Of(System.IO.Path.GetExtension(PathOf(ownLink)))?.Media ?? MediaKind.Image;

    /// <summary>The file that a link names, where it leads to one of this app's own addresses, or names none, and carries nothing more.</summary>
    /// <param name="url">The link.</param>
    /// <param name="ownBases">Addresses under which this app is reached.</param>
    public static string? Own(string? url, IEnumerable<Uri> ownBases) => url is ['/', ..] ? Named(url) : OwnAbsolute(url, ownBases);

    private static string? Named(string path) => Path().Match(path) is { Success: true } match ? match.Groups["sha256"].Value : null;

    /// <summary>Whether a link leads to this app, however it writes the address: <c>localhost</c> is <c>127.0.0.1</c>.</summary>
    /// <param name="url">The link.</param>
    /// <param name="ownBases">Addresses under which this app is reached.</param>
    public static bool LeadsTo(string? url, IEnumerable<Uri> ownBases) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? link)
        && link.Scheme is "http" or "https" && ownBases.Any(own => IsSamePlace(own, link));

    private static string? OwnAbsolute(string? url, IEnumerable<Uri> ownBases) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? link) && link.Query.Length == 0 && link.UserInfo.Length == 0
        && ownBases.Any(own => own.Scheme == link.Scheme && IsSamePlace(own, link))
            ? Named(link.AbsolutePath)
            : null;

    // Both schemes at their usual ports are one app, which may sit behind a proxy that ends TLS.
    private static bool IsSamePlace(Uri own, Uri link) =>
        (own.Port == link.Port || (own.IsDefaultPort && link.IsDefaultPort))
        && (string.Equals(own.IdnHost.TrimEnd('.'), link.IdnHost.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)
            || (own.IsLoopback && link.IsLoopback));

    [GeneratedRegex(@"^/v1/(images/(?<sha256>[0-9a-f]{64})|files/(?<sha256>[0-9a-f]{64})\.[0-9a-z]{2,4})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Path();
}
