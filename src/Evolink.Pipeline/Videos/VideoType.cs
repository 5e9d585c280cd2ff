namespace Evolink.Pipeline.Videos;

/// <summary>Tells a video by its first bytes; what a header says about them counts for nothing.</summary>
internal static class VideoType
{
    /// <summary>Content type of an MP4.</summary>
    public const string Mp4 = "video/mp4";

    /// <summary>The content type, or null for what is no video.</summary>
    public static string? Of(ReadOnlySpan<byte> head) => head switch
    {
        // The same box opens images (ISO/IEC 23008-12, AVIF); their brands tell them apart.
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', .. var brand] => IsImage(brand) ? null : Mp4,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "video/webm",
        _ => null,
    };

    private static bool IsImage(ReadOnlySpan<byte> brand) =>
        brand.StartsWith("heic"u8) || brand.StartsWith("heix"u8) || brand.StartsWith("mif1"u8) || brand.StartsWith("avif"u8);
}
