namespace Evolink.Pipeline.Images;

/// <summary>Whether Evolink will take an image. Source of the rules: <c>image_urls</c> in the API's contract.</summary>
/// <remarks>At most 64 KB of a file are looked at, and nothing is allocated by a number found in it.</remarks>
public static class ImageCheck
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>Shortest side, in pixels.</summary>
    public const int MinSide = 360;

    /// <summary>Longest side, in pixels.</summary>
    public const int MaxSide = 2000;

    private const int LongestMagic = 12;

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
        ReadOnlyMemory<byte> magic = await image.AtAsync(0, (int)Math.Min(LongestMagic, image.Length), cancellationToken);
        if (ImageKind.Sniff(magic.Span) is not { } kind)
            return ImageVerdict.Refused("The file is no jpeg, png, bmp or webp image, whatever its name or content type says.");
        try
        {
            return Judge(kind, await ImageHeader.ReadAsync(kind, image, cancellationToken));
        }
        catch (InvalidDataException e)
        {
            return ImageVerdict.Refused($"The {kind.Name} image is damaged: its header cannot be read, {e.Message}.");
        }
    }

    private static ImageVerdict Judge(ImageKind kind, ImageHeader header) => header switch
    {
        { Transparent: true } => ImageVerdict.Refused($"The {kind.Name} image has a transparent channel, which Evolink does not take. Flatten it onto a background."),
        { Width: < MinSide or > MaxSide } or { Height: < MinSide or > MaxSide } => ImageVerdict.Refused(
            $"The image is {header.Width} x {header.Height} pixels; each side must have {MinSide} to {MaxSide}."),
        _ => new ImageVerdict(kind, header.Width, header.Height, null),
    };
}
