using System.Buffers.Binary;
using System.IO.Hashing;

namespace Evolink.Pipeline.Images;

/// <summary>What an image says of itself before its pixels.</summary>
/// <remarks>
/// Read by hand, because metadata libraries read whole chunks, of the length that stands in the file, before they look at them. Here a
/// length from the file is only ever skipped over.
/// </remarks>
internal sealed record ImageHeader(int Width, int Height, bool Transparent)
{
    /// <summary>Reads the header of a file whose first bytes say that it is of <paramref name="kind"/>.</summary>
    /// <exception cref="InvalidDataException">There is none that could be decoded.</exception>
    public static ValueTask<ImageHeader> ReadAsync(ImageKind kind, FilePeek file, CancellationToken cancellationToken) => kind.Name switch
    {
        "png" => PngAsync(file, cancellationToken),
        "jpeg" => JpegAsync(file, cancellationToken),
        "bmp" => BmpAsync(file, cancellationToken),
        _ => WebPAsync(file, cancellationToken),
    };

    // PNG specification, 11.2.2 and 11.3.2.1: tRNS stands before the first IDAT, and after it nobody obeys it.
    private static async ValueTask<ImageHeader> PngAsync(FilePeek file, CancellationToken cancellationToken)
    {
        const int AfterHeader = 33;
        ImageHeader header = PngHeader((await file.AtAsync(8, AfterHeader - 8, cancellationToken)).Span);
        for (long offset = AfterHeader; ;)
        {
            (uint length, uint type) = PngChunk((await file.AtAsync(offset, 8, cancellationToken)).Span);
            switch (type)
            {
                case 0x49444154: // IDAT
                    return await IsZlibAsync(file, offset + 8, length, cancellationToken) ? header : throw new InvalidDataException("its pixels are not compressed as PNG is");
                case 0x49454E44: // IEND
                    throw new InvalidDataException("it holds no pixels");
                case 0x74524E53: // tRNS
                    header = header with { Transparent = true };
                    break;
            }

            offset += 12L + length;
        }
    }

    private static ImageHeader PngHeader(ReadOnlySpan<byte> chunk)
    {
        if (PngChunk(chunk) != (13, 0x49484452))
            throw new InvalidDataException("it does not begin with a header");
        // The library writes it the other way round.
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        Crc32.Hash(chunk[4..21], checksum);
        if (BinaryPrimitives.ReadUInt32LittleEndian(checksum) != BinaryPrimitives.ReadUInt32BigEndian(chunk[21..]))
            throw new InvalidDataException("its checksum is wrong");
        (byte depth, byte color) = (chunk[16], chunk[17]);
        bool known = (color, depth) is (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16);
        if (!known || chunk[18] != 0 || chunk[19] != 0 || chunk[20] > 1)
            throw new InvalidDataException("it names a colour type or method that PNG does not have");
        return new ImageHeader(BinaryPrimitives.ReadInt32BigEndian(chunk[8..]), BinaryPrimitives.ReadInt32BigEndian(chunk[12..]), color is 4 or 6);
    }

    private static (uint Length, uint Type) PngChunk(ReadOnlySpan<byte> chunk) =>
        (BinaryPrimitives.ReadUInt32BigEndian(chunk), BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]));

    private static async ValueTask<bool> IsZlibAsync(FilePeek file, long offset, uint length, CancellationToken cancellationToken)
    {
        if (length < 2)
            return false;
        ReadOnlyMemory<byte> start = await file.AtAsync(offset, 2, cancellationToken);
        return (start.Span[0] & 0x0F) == 8 && BinaryPrimitives.ReadUInt16BigEndian(start.Span) % 31 == 0;
    }

    // ITU T.81, B.1 and B.2: marker segments up to the frame header, which holds the size.
    private static async ValueTask<ImageHeader> JpegAsync(FilePeek file, CancellationToken cancellationToken)
    {
        for (long offset = 2; ;)
        {
            ReadOnlyMemory<byte> segment = await file.AtAsync(offset, 4, cancellationToken);
            (byte prefix, byte marker) = (segment.Span[0], segment.Span[1]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(segment.Span[2..]);
            switch (prefix, marker)
            {
                case (0xFF, 0xFF): // fill byte
                    offset++;
                    continue;
                case (0xFF, 0x01 or (>= 0xD0 and <= 0xD7)): // stands alone
                    offset += 2;
                    continue;
                case (0xFF, >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) when length >= 8:
                    ReadOnlyMemory<byte> frame = await file.AtAsync(offset + 5, 4, cancellationToken);
                    return new ImageHeader(BinaryPrimitives.ReadUInt16BigEndian(frame.Span[2..]), BinaryPrimitives.ReadUInt16BigEndian(frame.Span), Transparent: false);
                case (0xFF, >= 0xC0 and not (0xD8 or 0xD9 or 0xDA)) when length >= 2:
                    offset += 2 + length;
                    continue;
                default:
                    throw new InvalidDataException("it holds no frame");
            }
        }
    }

    private static async ValueTask<ImageHeader> BmpAsync(FilePeek file, CancellationToken cancellationToken)
    {
        const int CoreHeader = 12, InfoHeader = 40;
        uint kind = BinaryPrimitives.ReadUInt32LittleEndian((await file.AtAsync(14, 4, cancellationToken)).Span);
        ReadOnlyMemory<byte> size = await file.AtAsync(18, kind == CoreHeader ? 6 : 10, cancellationToken);
        return kind switch
        {
            CoreHeader => new ImageHeader(BinaryPrimitives.ReadUInt16LittleEndian(size.Span), BinaryPrimitives.ReadUInt16LittleEndian(size.Span[2..]), Transparent: false),
            // A negative height means that the rows go from top to bottom.
            >= InfoHeader and <= 124 => new ImageHeader(
                BinaryPrimitives.ReadInt32LittleEndian(size.Span), Positive(BinaryPrimitives.ReadInt32LittleEndian(size.Span[4..])), Transparent: false),
            _ => throw new InvalidDataException("it is of no known kind"),
        };
    }

    private static int Positive(int height) => height == int.MinValue ? int.MaxValue : Math.Abs(height);

    // RFC 9649, 2.5 to 2.7: the first chunk holds the size.
    private static async ValueTask<ImageHeader> WebPAsync(FilePeek file, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> chunk = await file.AtAsync(12, 18, cancellationToken);
        if (BinaryPrimitives.ReadUInt32LittleEndian(chunk.Span[4..]) > file.Length - 20)
            throw new InvalidDataException("it ends before what it promises");
        return WebP(chunk.Span) ?? throw new InvalidDataException("it holds no frame");
    }

    private static ImageHeader? WebP(ReadOnlySpan<byte> chunk) => chunk switch
    {
        [(byte)'V', (byte)'P', (byte)'8', (byte)'X', ..] => new ImageHeader(
            1 + (chunk[12] | (chunk[13] << 8) | (chunk[14] << 16)), 1 + (chunk[15] | (chunk[16] << 8) | (chunk[17] << 16)), Transparent: false),
        [(byte)'V', (byte)'P', (byte)'8', (byte)'L', _, _, _, _, 0x2F, ..] => Lossless(BinaryPrimitives.ReadUInt32LittleEndian(chunk[9..])),
        [(byte)'V', (byte)'P', (byte)'8', (byte)' ', _, _, _, _, _, _, _, 0x9D, 0x01, 0x2A, ..] => new ImageHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(chunk[16..]) & 0x3FFF, Transparent: false),
        _ => null,
    };

    private static ImageHeader Lossless(uint bits) => new(1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF), Transparent: false);
}
