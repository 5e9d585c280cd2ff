using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline;

/// <summary>Content that came in place of an image or of JSON, known by its first bytes.</summary>
/// <param name="Name">What it is, as in "The body is ...".</param>
/// <param name="ImageAdvice">What to send where an image is wanted.</param>
internal sealed record UnexpectedContent(string Name, string ImageAdvice)
{
    /// <summary>So many bytes, where there are as many, are enough to know it.</summary>
    public const int HeadLength = 512;

    private const string OwnBytes = "Send the image's own bytes as the body, as curl --data-binary @cat.jpg does.";
    private const string Convert = "Convert it to one of these.";

    private static readonly SearchValues<byte> Base64Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n"u8);

    private static readonly SearchValues<byte> FieldName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.[]%"u8);

    /// <summary>Recognizes content; null where it may be anything.</summary>
    /// <param name="head">Its first bytes.</param>
    public static UnexpectedContent? Recognize(ReadOnlySpan<byte> head) => Binary(head) ?? Text(head);

    private static UnexpectedContent? Binary(ReadOnlySpan<byte> head) => head switch
    {
        [0x1F, 0x8B, ..] => new("compressed with gzip", "Send the image's own bytes, not compressed."),
        [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => new("a zip archive", "Send the image in it as a file of its own."),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => new("compressed with zstd", "Send the image's own bytes, not compressed."),
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => new("a GIF image", Convert),
        [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => new("a TIFF image, or a camera's raw one", Convert),
        [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..] => new("a JPEG XL image", Convert),
        [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', ..] => new("a JPEG 2000 image", Convert),
        [0, 0, 1, 0, ..] => new("an icon (ICO)", Convert),
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => new("a Photoshop document", Convert),
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => BoxFile(head[8..]),
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => new(
            "a png image whose line breaks were changed or taken out, as curl -d @file does", OwnBytes),
        [0xC2, 0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xC3, 0xBF, 0xC3, 0x98, ..] or [0xEF, 0xBF, 0xBD, ..] => new(
            "a binary file that was read as text and written as UTF-8", OwnBytes),
        _ => null,
    };

    // ISO/IEC 23008-12: the brands of HEIF say how its pixels are coded.
    private static UnexpectedContent BoxFile(ReadOnlySpan<byte> brands)
    {
        if (brands.StartsWith("avif"u8) || brands.StartsWith("avis"u8))
            return new("an AVIF image", Convert);
        return brands is [(byte)'h', (byte)'e', ..] or [(byte)'m', (byte)'i' or (byte)'s', (byte)'f', (byte)'1', ..]
            ? new("a HEIC image, as iPhones and some other telephones take them", "Convert it to jpeg, or share it as \"most compatible\".")
            : new("a video, or another MP4 file", "Send one image of it.");
    }

    private static UnexpectedContent? Text(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.StartsWith(Encoding.UTF8.Preamble) ? head[Encoding.UTF8.Preamble.Length..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        return text switch
        {
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [(byte)'{' or (byte)'[', 0, ..] or [0, (byte)'{' or (byte)'[', ..] =>
                new("text in UTF-16", OwnBytes),
            [(byte)'{' or (byte)'[', ..] => new("JSON", OwnBytes),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => new("a PDF document", Convert),
            [(byte)'-', (byte)'-', ..] when Contains(text, "Content-Disposition"u8) => new(
                "multipart/form-data, as a form or curl -F sends it", OwnBytes),
            _ when StartsWith(text, "data:"u8) => new("a data: URL", "Decode its base64 text, and send the image's own bytes as the body."),
            _ when StartsWith(text, "http://"u8) || StartsWith(text, "https://"u8) => new(
                "a link", "A link needs no upload: name it in image_urls. Or send the image's own bytes as the body."),
            _ when StartsWith(text, "<svg"u8) || (StartsWith(text, "<?xml"u8) && Contains(text, "<svg"u8)) =>
                new("an SVG drawing", Convert),
            [(byte)'<', ..] => new("HTML or XML, perhaps the answer to a download that went wrong", OwnBytes),
            _ when IsImageInBase64(text) => new("the image in base64", "Decode it, and send the image's own bytes as the body."),
            _ when IsForm(text) => new("a form's fields, as curl -d name=value sends them", OwnBytes),
            _ => null,
        };
    }

    private static bool IsForm(ReadOnlySpan<byte> text)
    {
        int equals = text.IndexOf((byte)'=');
        return equals is > 0 and <= 64 && !text[..equals].ContainsAnyExcept(FieldName);
    }

    private static bool IsImageInBase64(ReadOnlySpan<byte> text)
    {
        const int Digits = 16;
        if (text.Length < Digits || text.ContainsAnyExcept(Base64Digits))
            return false;
        Span<byte> decoded = stackalloc byte[Digits / 4 * 3];
        Span<byte> digits = stackalloc byte[Digits];
        text[..Digits].CopyTo(digits);
        digits.Replace((byte)'-', (byte)'+');
        digits.Replace((byte)'_', (byte)'/');
        return Base64.DecodeFromUtf8(digits, decoded, out _, out _) == OperationStatus.Done
            && (ImageKind.Sniff(decoded) is not null || Binary(decoded) is not null);
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[..word.Length], word);

    private static bool Contains(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        for (int at = 0; at <= text.Length - word.Length; at++)
        {
            if (Ascii.EqualsIgnoreCase(text.Slice(at, word.Length), word))
                return true;
        }

        return false;
    }
}
