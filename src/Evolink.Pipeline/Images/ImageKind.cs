namespace Evolink.Pipeline.Images;

/// <summary>A kind of image that Evolink takes.</summary>
/// <param name="Name">Name, as in <c>png</c>.</param>
/// <param name="ContentType">Content type.</param>
public sealed record ImageKind(string Name, string ContentType)
{
    /// <summary>JPEG.</summary>
    public static ImageKind Jpeg { get; } = new("jpeg", "image/jpeg");

    /// <summary>PNG.</summary>
    public static ImageKind Png { get; } = new("png", "image/png");

    /// <summary>Windows bitmap.</summary>
    public static ImageKind Bmp { get; } = new("bmp", "image/bmp");

    /// <summary>WebP.</summary>
    public static ImageKind WebP { get; } = new("webp", "image/webp");

    /// <summary>The kind that the first bytes say, whatever the file's name is; null where Evolink takes no such file.</summary>
    public static ImageKind? Sniff(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xD8, 0xFF, ..] => Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Png,
        [(byte)'B', (byte)'M', ..] => Bmp,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebP,
        _ => null,
    };
}
