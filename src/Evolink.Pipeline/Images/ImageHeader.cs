namespace Evolink.Pipeline.Images;

/// <summary>What an image says of itself before its pixels, once its bounds say that the pixels are all there.</summary>
/// <remarks>
/// Read by hand. Of the libraries that were tried, MetadataExtractor and ImageSharp refuse files that browsers show and take files that are
/// cut. SkiaSharp judges rightly, but only by decoding all pixels, in native code that would parse anybody's bytes in the process that holds
/// the keys: it checks this check in the tests. Here a length from the file is only ever skipped over.
/// </remarks>
internal sealed record ImageHeader(int Width, int Height, bool Transparent)
{
    /// <summary>Most segments or chunks that are walked over: no program writes as many.</summary>
    internal const int MostParts = 1 << 16;

    /// <summary>Reads the header of a file whose first bytes say that it is of <paramref name="kind"/>.</summary>
    /// <exception cref="InvalidDataException">There is none that could be decoded, or the file is cut.</exception>
    /// <exception cref="NotSupportedException">It is of a sort that few decoders know.</exception>
    public static ValueTask<ImageHeader> ReadAsync(ImageKind kind, FilePeek file, CancellationToken cancellationToken) => kind.Name switch
    {
        "png" => PngHeader.ReadAsync(file, cancellationToken),
        "jpeg" => JpegHeader.ReadAsync(file, cancellationToken),
        "bmp" => BmpHeader.ReadAsync(file, cancellationToken),
        _ => WebPHeader.ReadAsync(file, cancellationToken),
    };

    internal static InvalidDataException TooManyParts => new($"it consists of more than {MostParts:N0} parts");
}
