namespace Evolink.Pipeline.Videos;

/// <summary>Tells what a result is, by its first bytes: a video, and what may stand beside one.</summary>
internal static class MediaType
{
    private static readonly Dictionary<string, string> Extensions = new(StringComparer.Ordinal)
    {
        [VideoType.Mp4] = "mp4",
        ["video/webm"] = "webm",
        ["image/png"] = "png",
        ["image/jpeg"] = "jpg",
        ["image/gif"] = "gif",
        ["image/webp"] = "webp",
        ["image/avif"] = "avif",
        [AudioType.Mp3] = "mp3",
        [AudioType.Wav] = "wav",
        ["audio/ogg"] = "ogg",
        ["audio/flac"] = "flac",
    };

    /// <summary>The content type, or null for what is none of them.</summary>
    /// <param name="head">The first twelve bytes, or more.</param>
    public static string? Of(ReadOnlySpan<byte> head) => VideoType.Of(head) ?? head switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', (byte)'f', ..] => "image/avif",
        [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => "audio/ogg",
        [(byte)'f', (byte)'L', (byte)'a', (byte)'C', ..] => "audio/flac",
        _ => AudioType.Of(head),
    };

    /// <summary>The extension that files of a content type have.</summary>
    public static string ExtensionOf(string contentType) => Extensions.GetValueOrDefault(contentType, "bin");

    /// <summary>Whether a link's path says that a picture is behind it.</summary>
    public static bool IsPictureName(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out Uri? url)
        && Path.GetExtension(url.AbsolutePath).ToUpperInvariant() is ".JPG" or ".JPEG" or ".PNG" or ".GIF" or ".WEBP" or ".AVIF";

    /// <summary>Whether a content type is that of a video.</summary>
    public static bool IsVideo(string contentType) => contentType.StartsWith("video/", StringComparison.Ordinal);
}
