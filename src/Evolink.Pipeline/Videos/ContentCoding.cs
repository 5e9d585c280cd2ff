using System.IO.Compression;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Whether content is compressed though it was asked for as it is. Its first bytes decide: a store may hand out the header of an upload
/// (<c>aws-chunked</c>), a charset, or <c>gzip</c> for what it has long unpacked. A header counts where bytes cannot tell.
/// </summary>
internal static class ContentCoding
{
    /// <summary>So many bytes are looked at.</summary>
    public const int Head = 12;

    /// <summary>More than this many codings around each other are not taken off.</summary>
    public const int Most = 3;

    /// <summary>What takes the outermost coding off, or null where there is none that is known.</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="labels">What <c>Content-Encoding</c> names and has not been taken off yet; the one that is taken off now is
    /// removed.</param>
    public static Func<Stream, Stream>? Decoder(ReadOnlySpan<byte> head, List<string> labels)
    {
        if (MediaType.Of(head) is not null)
            return null;
        if (head is [0x1F, 0x8B, 0x08, ..])
            return static body => new GZipStream(body, CompressionMode.Decompress);
        if (Take(labels, "deflate"))
        {
            // RFC 9110, 8.4.1.2: some send it without the zlib header that belongs to it.
            return IsZlib(head)
                ? static body => new ZLibStream(body, CompressionMode.Decompress)
                : static body => new DeflateStream(body, CompressionMode.Decompress);
        }

        return Take(labels, "br") ? static body => new BrotliStream(body, CompressionMode.Decompress) : null;
    }

    // RFC 1950, 2.2: method 8, and a check that makes both bytes a multiple of 31.
    private static bool IsZlib(ReadOnlySpan<byte> head) =>
        head is [var method, var flags, ..] && (method & 0x0F) == 8 && ((method << 8) | flags) % 31 == 0;

    private static bool Take(List<string> labels, string coding)
    {
        int at = labels.FindIndex(label => label.Equals(coding, StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
            labels.RemoveAt(at);
        return at >= 0;
    }
}
