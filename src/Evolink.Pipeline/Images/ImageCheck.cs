namespace Evolink.Pipeline.Images;

/// <summary>Whether Evolink will take an image. Source of the rules: <c>image_urls</c> in the API's contract.</summary>
/// <remarks>
/// Headers and bounds are looked at, no pixel is decoded; nothing is allocated by a number found in the file. The one rule for every way in:
/// API, uploads, command line, and the studio, which asks the API.
/// </remarks>
public static class ImageCheck
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>Shortest side, in pixels.</summary>
    public const int MinSide = 360;

    /// <summary>Longest side, in pixels.</summary>
    public const int MaxSide = 2000;

    /// <summary>Checks a file in memory.</summary>
    public static ImageVerdict Check(byte[] image)
    {
        // Nothing is waited for: what is in memory is there.
        ValueTask<ImageVerdict> check = CheckAsync(new FilePeek(image), CancellationToken.None);
        return check.IsCompleted ? check.Result : throw new InvalidOperationException("A look at memory does not wait.");
    }

    /// <summary>Checks a file wherever it is.</summary>
    internal static async ValueTask<ImageVerdict> CheckAsync(FilePeek image, CancellationToken cancellationToken)
    {
        if (image.Length == 0)
            return ImageVerdict.Refused("The image is empty.");
        if (image.Length > MaxBytes)
            return ImageVerdict.Refused($"The image has {image.Length:N0} bytes; at most {MaxBytes:N0} (10 MB) are allowed.");
        ReadOnlyMemory<byte> head = await image.AtAsync(0, (int)Math.Min(UnexpectedContent.HeadLength, image.Length), cancellationToken);
        if (ImageKind.Sniff(head.Span) is not { } kind)
            return ImageVerdict.Refused(Unknown(head.Span));
        bool hasZeros = head.Span.Contains((byte)0);
        try
        {
            return Judge(kind, await ImageHeader.ReadAsync(kind, image, cancellationToken));
        }
        catch (InvalidDataException e)
        {
            string hint = hasZeros
                ? ""
                : " Its zero bytes and line breaks are gone, as curl -d @file takes them out: use curl --data-binary @file.";
            return ImageVerdict.Refused($"The {kind.Name} image is damaged or cut: {e.Message}.{hint}");
        }
        catch (NotSupportedException e)
        {
            return ImageVerdict.Refused($"The {kind.Name} image is of a sort that few programs read: {e.Message}. Save it as jpeg or png.");
        }
    }

    private static string Unknown(ReadOnlySpan<byte> head) => UnexpectedContent.Recognize(head) is { } other
        ? $"The file is no jpeg, png, bmp or webp image; it is {other.Name}. {other.ImageAdvice}"
        : "The file is no jpeg, png, bmp or webp image, whatever its name or content type says.";

    private static ImageVerdict Judge(ImageKind kind, ImageHeader header) => header switch
    {
        { Transparent: true } => ImageVerdict.Refused($"The {kind.Name} image has a transparent channel, which Evolink does not take. Flatten it onto a background."),
        { Width: < MinSide or > MaxSide } or { Height: < MinSide or > MaxSide } => ImageVerdict.Refused(
            $"The image is {header.Width} x {header.Height} pixels; each side must have {MinSide} to {MaxSide}."),
        _ => new ImageVerdict(kind, header.Width, header.Height, null),
    };
}
