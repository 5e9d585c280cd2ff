using System.Buffers.Binary;

namespace Evolink.Pipeline.Images;

/// <summary>Walks over the chunks of a WebP (RFC 9649, 2.3 to 2.7).</summary>
internal static class WebPHeader
{
    private const uint Lossy = 0x20385056, Lossless = 0x4C385056, Extended = 0x58385056, Animation = 0x464D4E41;

    /// <summary>Its header, where the file is as long as it says and its pixels lie within.</summary>
    public static async ValueTask<ImageHeader> ReadAsync(FilePeek file, CancellationToken cancellationToken)
    {
        long end = 8L + BinaryPrimitives.ReadUInt32LittleEndian((await file.AtAsync(4, 4, cancellationToken)).Span);
        // The byte that makes the last chunk even is forgotten by some.
        if (end > file.Length + 1)
            throw new InvalidDataException("it ends before what it promises");
        ImageHeader? canvas = null;
        long offset = 12;
        for (int chunks = 0; offset < end && chunks < ImageHeader.MostParts; chunks++)
        {
            (uint type, uint length) = Chunk((await file.AtAsync(offset, 8, cancellationToken)).Span);
            if (length > file.Length - offset - 8)
                throw new InvalidDataException("it ends before what it promises");
            // The first chunk says what the file is.
            if (canvas is null && type is not (Lossy or Lossless or Extended))
                break;
            if (type is Lossy or Lossless or Animation)
                return canvas ?? Frame(type, length, (await file.AtAsync(offset + 8, 10, cancellationToken)).Span);
            if (type == Extended)
                canvas = Canvas((await file.AtAsync(offset + 8, 10, cancellationToken)).Span);
            offset += 8L + length + (length & 1);
        }

        throw new InvalidDataException(canvas is null ? "it holds no frame" : "it holds no pixels");
    }

    private static (uint Type, uint Length) Chunk(ReadOnlySpan<byte> chunk) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(chunk), BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]));

    private static ImageHeader Canvas(ReadOnlySpan<byte> chunk) => new(
        1 + (chunk[4] | (chunk[5] << 8) | (chunk[6] << 16)), 1 + (chunk[7] | (chunk[8] << 8) | (chunk[9] << 16)), Transparent: false);

    private static ImageHeader Frame(uint type, uint length, ReadOnlySpan<byte> frame) => frame switch
    {
        [0x2F, .. var bits] when type == Lossless => Bits(BinaryPrimitives.ReadUInt32LittleEndian(bits)),
        // A key frame, whose first partition lies within it.
        [var tag, var low, var high, 0x9D, 0x01, 0x2A, ..]
            when type == Lossy && (tag & 1) == 0 && ((tag | (low << 8) | (high << 16)) >> 5) < length => new ImageHeader(
                BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3FFF,
                BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3FFF,
                Transparent: false),
        _ => throw new InvalidDataException("it holds no frame"),
    };

    private static ImageHeader Bits(uint bits) => new(1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF), Transparent: false);
}
