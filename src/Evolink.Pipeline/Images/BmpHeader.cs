using System.Buffers.Binary;

namespace Evolink.Pipeline.Images;

/// <summary>Reads the headers of a BMP, which say how long its rows are.</summary>
internal static class BmpHeader
{
    private const int FileHeader = 14, CoreHeader = 12;
    private const int Uncompressed = 0, Rle8 = 1, Rle4 = 2, BitFields = 3, AlphaBitFields = 6;

    /// <summary>Its header, where all of its rows lie within the file.</summary>
    public static async ValueTask<ImageHeader> ReadAsync(FilePeek file, CancellationToken cancellationToken)
    {
        int size = BinaryPrimitives.ReadInt32LittleEndian((await file.AtAsync(FileHeader, 4, cancellationToken)).Span);
        // BITMAPCOREHEADER, OS/2 2.x, and BITMAPINFOHEADER with what was added to it. Others are read by few programs.
        if (size is not (CoreHeader or 40 or 52 or 56 or 64 or 108 or 124))
            throw new NotSupportedException($"its header has {size} bytes");
        ReadOnlyMemory<byte> headers = await file.AtAsync(0, FileHeader + Math.Min(size, 40), cancellationToken);
        (ImageHeader header, Rows rows) = size == CoreHeader ? Core(headers.Span) : Info(headers.Span);
        long start = BinaryPrimitives.ReadUInt32LittleEndian(headers.Span[10..]) is > 0 and var given ? given : FileHeader + size;
        return start + rows.Bytes(header) <= file.Length && start < file.Length
            ? header
            : throw new InvalidDataException("it ends before its last row");
    }

    private static (ImageHeader Header, Rows Rows) Core(ReadOnlySpan<byte> file) => (
        new ImageHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(file[18..]), BinaryPrimitives.ReadUInt16LittleEndian(file[20..]), Transparent: false),
        Rows.Of(BinaryPrimitives.ReadUInt16LittleEndian(file[24..]), Uncompressed, 0));

    // A negative height means that the rows go from top to bottom.
    private static (ImageHeader Header, Rows Rows) Info(ReadOnlySpan<byte> file) => (
        new ImageHeader(
            BinaryPrimitives.ReadInt32LittleEndian(file[18..]),
            Positive(BinaryPrimitives.ReadInt32LittleEndian(file[22..])),
            Transparent: false),
        Rows.Of(
            BinaryPrimitives.ReadUInt16LittleEndian(file[28..]),
            BinaryPrimitives.ReadInt32LittleEndian(file[30..]),
            BinaryPrimitives.ReadUInt32LittleEndian(file[34..])));

    private static int Positive(int height) => height == int.MinValue ? int.MaxValue : Math.Abs(height);

    /// <summary>How long the rows are.</summary>
    /// <param name="BitsPerPixel">Of rows that are not compressed; otherwise 0.</param>
    /// <param name="Compressed">Bytes that compressed rows have, as far as the file says so.</param>
    private sealed record Rows(int BitsPerPixel, uint Compressed)
    {
        public static Rows Of(int bitsPerPixel, int compression, uint bytes) => (compression, bitsPerPixel) switch
        {
            (Uncompressed, 1 or 4 or 8 or 16 or 24 or 32) or (BitFields or AlphaBitFields, 16 or 32) => new Rows(bitsPerPixel, 0),
            (Rle8, 8) or (Rle4, 4) => new Rows(0, bytes),
            _ => throw new NotSupportedException($"it has {bitsPerPixel} bits per pixel in compression {compression}"),
        };

        // Every row fills up four bytes.
        public long Bytes(ImageHeader header) =>
            ((((long)Math.Max(header.Width, 0) * BitsPerPixel) + 31) / 32 * 4 * header.Height) + Compressed;
    }
}
