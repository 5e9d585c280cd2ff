using MetadataExtractor;
using MetadataExtractor.Formats.Bmp;
using MetadataExtractor.Formats.Jpeg;
using MetadataExtractor.Formats.Png;
using MetadataExtractor.Formats.Riff;
using MetadataExtractor.Formats.WebP;
using MetadataExtractor.IO;

namespace Evolink.Pipeline.Images;

/// <summary>Whether Evolink will take an image. Source of the rules: <c>image_urls</c> in the API's contract.</summary>
public static class ImageCheck
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>Shortest side, in pixels.</summary>
    public const int MinSide = 360;

    /// <summary>Longest side, in pixels.</summary>
    public const int MaxSide = 2000;

    private static readonly PngChunkType[] PngChunks = [PngChunkType.IHDR, PngChunkType.tRNS];

    private static readonly JpegSegmentType[] JpegFrames =
    [
        JpegSegmentType.Sof0, JpegSegmentType.Sof1, JpegSegmentType.Sof2, JpegSegmentType.Sof3, JpegSegmentType.Sof5, JpegSegmentType.Sof6, JpegSegmentType.Sof7,
        JpegSegmentType.Sof9, JpegSegmentType.Sof10, JpegSegmentType.Sof11, JpegSegmentType.Sof13, JpegSegmentType.Sof14, JpegSegmentType.Sof15,
    ];

    /// <summary>Checks a whole file. Only headers are read, and nothing is allocated by a number found in the file.</summary>
    public static ImageVerdict Check(byte[] image)
    {
        if (image.Length == 0)
            return ImageVerdict.Refused("The image is empty.");
        if (image.Length > MaxBytes)
            return ImageVerdict.Refused($"The image has {image.Length:N0} bytes; at most {MaxBytes:N0} (10 MB) are allowed.");
        if (ImageKind.Sniff(image) is not { } kind)
            return ImageVerdict.Refused("The file is no jpeg, png, bmp or webp image, whatever its name or content type says.");

        try
        {
            return Read(kind, image) is { } header ? Judge(kind, header) : ImageVerdict.Refused($"The {kind.Name} image has no readable header.");
        }
        catch (Exception e) when (e is ImageProcessingException or MetadataException or IOException or ArgumentException or OverflowException)
        {
            return ImageVerdict.Refused($"The {kind.Name} image is damaged: its header cannot be read.");
        }
    }

    private static ImageVerdict Judge(ImageKind kind, Header header) => header switch
    {
        { Transparent: true } => ImageVerdict.Refused($"The {kind.Name} image has a transparent channel, which Evolink does not take. Flatten it onto a background."),
        { Width: < MinSide or > MaxSide } or { Height: < MinSide or > MaxSide } => ImageVerdict.Refused(
            $"The image is {header.Width} x {header.Height} pixels; each side must have {MinSide} to {MaxSide}."),
        _ => new ImageVerdict(kind, header.Width, header.Height, null),
    };

    private static Header? Read(ImageKind kind, byte[] image) => kind.Name switch
    {
        "png" => Png(new BoundedReader(image, isMotorolaByteOrder: true)),
        "jpeg" => Jpeg(new BoundedReader(image, isMotorolaByteOrder: true)),
        "bmp" => Bmp(new BoundedReader(image, isMotorolaByteOrder: false)),
        _ => WebP(new BoundedReader(image, isMotorolaByteOrder: false)),
    };

    private static Header? Png(SequentialReader reader)
    {
        Header? header = null;
        bool transparent = false;
        foreach (PngChunk chunk in new PngChunkReader().Extract(reader, PngChunks))
        {
            if (chunk.ChunkType.Equals(PngChunkType.IHDR))
            {
                PngHeader png = new(chunk.Bytes);
                transparent |= png.ColorType.Equals(PngColorType.TrueColorWithAlpha) || png.ColorType.Equals(PngColorType.GreyscaleWithAlpha);
                header = new Header(png.ImageWidth, png.ImageHeight, false);
            }
            else
            {
                transparent = true;
            }
        }

        return header is null ? null : header with { Transparent = transparent };
    }

    private static Header? Jpeg(SequentialReader reader)
    {
        foreach (JpegSegment segment in JpegSegmentReader.ReadSegments(reader, JpegFrames))
        {
            JpegDirectory frame = new JpegReader().Extract(segment);
            return new Header(frame.GetImageWidth(), frame.GetImageHeight(), false);
        }

        return null;
    }

    private static Header? Bmp(SequentialReader reader) =>
        new BmpReader().Extract(reader).OfType<BmpHeaderDirectory>().FirstOrDefault() is { } header
            // A negative height means that the rows go from top to bottom.
            ? new Header(header.GetInt32(BmpHeaderDirectory.TagImageWidth), Math.Abs(header.GetInt32(BmpHeaderDirectory.TagImageHeight)), false)
            : null;

    private static Header? WebP(SequentialReader reader)
    {
        List<MetadataExtractor.Directory> found = [];
        new RiffReader().ProcessRiff(reader, new WebPRiffHandler(found));
        return found.OfType<WebPDirectory>().FirstOrDefault() is { } header
            ? new Header(header.GetInt32(WebPDirectory.TagImageWidth), header.GetInt32(WebPDirectory.TagImageHeight), false)
            : null;
    }

    private sealed record Header(int Width, int Height, bool Transparent);
}
