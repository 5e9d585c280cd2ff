using System.Buffers.Binary;

namespace Evolink.Pipeline.Images;

/// <summary>Walks over the marker segments of a JPEG (ITU T.81, B.1 and B.2).</summary>
/// <remarks>As decoders do, it skips whatever stands between segments up to the next marker.</remarks>
internal static class JpegHeader
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;

    /// <summary>Its header, where a scan follows and an end marker is there.</summary>
    public static async ValueTask<ImageHeader> ReadAsync(FilePeek file, CancellationToken cancellationToken)
    {
        ImageHeader? header = null;
        byte frame = 0;
        long offset = 2;
        for (int segments = 0; segments < ImageHeader.MostParts; segments++)
        {
            (byte marker, offset) = await NextMarkerAsync(file, offset, cancellationToken);
            if (marker is StartOfImage or EndOfImage)
                throw new InvalidDataException(header is null ? "it holds no frame" : "it holds no pixels");
            int length = await LengthAsync(file, offset, cancellationToken);
            if (IsFrame(marker))
            {
                ReadOnlyMemory<byte> size = await file.AtAsync(offset + 3, 4, cancellationToken);
                header = new ImageHeader(
                    BinaryPrimitives.ReadUInt16BigEndian(size.Span[2..]),
                    BinaryPrimitives.ReadUInt16BigEndian(size.Span),
                    Transparent: false);
                frame = marker;
            }

            offset += length;
            if (marker != StartOfScan)
                continue;
            if (header is null)
                throw new InvalidDataException("it holds no frame");
            if (!HasRoomForPixels(frame, header, file.Length - offset) || !await HasEndAsync(file, offset, cancellationToken))
                throw new InvalidDataException("it ends before its last pixel");
            return header;
        }

        throw ImageHeader.TooManyParts;
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static async ValueTask<int> LengthAsync(FilePeek file, long offset, CancellationToken cancellationToken)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian((await file.AtAsync(offset, 2, cancellationToken)).Span);
        return length >= 2 ? length : throw new InvalidDataException("a segment of it has no length");
    }

    // A Huffman code has one bit at least, and every block of 8 x 8 pixels one code. (Arithmetic coding, from C9 on, has no such bound.)
    private static bool HasRoomForPixels(byte frame, ImageHeader header, long bytes) =>
        frame > 0xC8 || bytes * 8 >= (long)((header.Width + 7) / 8) * ((header.Height + 7) / 8);

    private static async ValueTask<bool> HasEndAsync(FilePeek file, long scan, CancellationToken cancellationToken)
    {
        // Nearly every file ends with the marker. Where something follows it (padding, a film, a second picture), it is searched for.
        int count = (int)Math.Min(64, file.Length - scan);
        if ((await file.AtAsync(file.Length - count, count, cancellationToken)).Span.TrimEnd((byte)0) is [.., 0xFF, EndOfImage])
            return true;
        try
        {
            for (int segments = 0; segments < ImageHeader.MostParts; segments++)
            {
                (byte marker, scan) = await NextMarkerAsync(file, scan, cancellationToken);
                if (marker == EndOfImage)
                    return true;
                if (marker != StartOfImage)
                    scan += await LengthAsync(file, scan, cancellationToken);
            }
        }
        catch (InvalidDataException)
        {
            // It is over, without the marker.
        }

        return false;
    }

    private static async ValueTask<(byte Marker, long Next)> NextMarkerAsync(FilePeek file, long offset, CancellationToken cancellationToken)
    {
        while (true)
        {
            (byte marker, int consumed) = NextMarker((await file.FromAsync(offset, 2, cancellationToken)).Span);
            offset += consumed;
            if (marker != 0)
                return (marker, offset);
        }
    }

    // Not those that stand alone (TEM, RST) nor FF 00, which is data. FF may be repeated before a marker.
    private static (byte Marker, int Consumed) NextMarker(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; ;)
        {
            int prefix = bytes[at..].IndexOf((byte)0xFF);
            if (prefix < 0)
                return (0, bytes.Length);
            at += prefix;
            int code = bytes[at..].IndexOfAnyExcept((byte)0xFF);
            if (code < 0)
                return (0, bytes.Length - 1);
            at += code + 1;
            if (bytes[at - 1] is var marker and not (0 or 0x01 or (>= 0xD0 and <= 0xD7)))
                return (marker, at);
        }
    }
}
