using Evolink.Client;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Images;

/// <summary>A kind of file that clients may upload for their requests.</summary>
/// <param name="Media">What it is.</param>
/// <param name="Name">Name, as in <c>mp3</c>.</param>
/// <param name="Extension">Extension of its links.</param>
/// <param name="ContentType">Content type.</param>
/// <param name="MaxBytes">Largest file, in bytes. Source: Evolink's pages about the wan models.</param>
public sealed record FileKind(MediaKind Media, string Name, string Extension, string ContentType, long MaxBytes)
{
    /// <summary>Largest file of any kind, in bytes: also what the Functions host lets through.</summary>
    public const long Largest = 100L << 20;

    private const long LargestAudio = 15L << 20;

    private static readonly FileKind[] All =
    [
        new(MediaKind.Image, "jpeg", "jpg", ImageKind.Jpeg.ContentType, ImageCheck.MaxBytes),
        new(MediaKind.Image, "png", "png", ImageKind.Png.ContentType, ImageCheck.MaxBytes),
        new(MediaKind.Image, "bmp", "bmp", ImageKind.Bmp.ContentType, ImageCheck.MaxBytes),
        new(MediaKind.Image, "webp", "webp", ImageKind.WebP.ContentType, ImageCheck.MaxBytes),
        new(MediaKind.Audio, "mp3", "mp3", AudioType.Mp3, LargestAudio),
        new(MediaKind.Audio, "wav", "wav", AudioType.Wav, LargestAudio),
        new(MediaKind.Video, "mp4", "mp4", VideoType.Mp4, Largest),
        new(MediaKind.Video, "mov", "mov", "video/quicktime", Largest),
    ];

    /// <summary>The kind of an extension, with or without its dot; null where there is none.</summary>
    public static FileKind? Of(string extension) => Array.Find(All, kind => kind.Extension == extension.TrimStart('.'));

    /// <summary>The kind that the first bytes say, whatever the file's name is; null where no such file is taken.</summary>
    /// <param name="head">The first 16 bytes, or all of a shorter file.</param>
    public static FileKind? Sniff(ReadOnlySpan<byte> head) => head switch
    {
        _ when AudioType.Of(head) is { } audio => OfType(audio),
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'q', (byte)'t', (byte)' ', (byte)' ', ..] => Of("mov"),
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => VideoType.Of(head) is null ? null : Of("mp4"),
        // QuickTime from before there was ftyp.
        [_, _, _, _, (byte)'m', (byte)'o', (byte)'o', (byte)'v', ..] or [_, _, _, _, (byte)'w', (byte)'i', (byte)'d', (byte)'e', ..] => Of("mov"),
        _ => ImageKind.Sniff(head) is { } image ? OfType(image.ContentType) : null,
    };

    private static FileKind? OfType(string contentType) => Array.Find(All, kind => kind.ContentType == contentType);
}
