using System.Buffers.Binary;

namespace Evolink.Simulator;

/// <summary>What the head of an image file says of it.</summary>
internal sealed record ImageSize(string Format, int Width, int Height, bool HasAlpha = false)
{
    /// <summary>Reads JPEG, PNG, BMP and WebP; <see langword="null"/> for anything else, and for what is cut or broken.</summary>
    public static ImageSize? Read(ReadOnlySpan<byte> file)
    {
        try
        {
            return file switch
            {
                [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => Png(file),
                [0xFF, 0xD8, 0xFF, ..] => Jpeg(file),
                [(byte)'B', (byte)'M', ..] => Bmp(file),
                [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebP(file),
                _ => null,
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            // A slice beyond the end: the file is cut.
            return null;
        }
    }

    private static ImageSize? Png(ReadOnlySpan<byte> file)
    {
        const int grayWithAlpha = 4;
        const int colorWithAlpha = 6;
        if (!file[12..16].SequenceEqual("IHDR"u8))
            return null;
        bool alpha = file[25..26][0] is grayWithAlpha or colorWithAlpha || HasTransparencyChunk(file);
        return new ImageSize("png", BinaryPrimitives.ReadInt32BigEndian(file[16..20]), BinaryPrimitives.ReadInt32BigEndian(file[20..24]), alpha);
    }

    private static bool HasTransparencyChunk(ReadOnlySpan<byte> file)
    {
        const int chunkOverhead = 12;
        int position = 8;
        while (position + chunkOverhead <= file.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[position..]);
            ReadOnlySpan<byte> type = file.Slice(position + 4, 4);
            if (type.SequenceEqual("tRNS"u8))
                return true;
            if (type.SequenceEqual("IDAT"u8) || length > (uint)(file.Length - position - chunkOverhead))
                return false;
            position += chunkOverhead + (int)length;
        }

        return false;
    }

    private static ImageSize? Jpeg(ReadOnlySpan<byte> file)
    {
        int position = 2;
        while (position + 4 <= file.Length && file[position] == 0xFF)
        {
            byte marker = file[position + 1];
            // Start of frame, but for the tables (C4, CC) and JPEG extensions (C8) among its numbers.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return new ImageSize(
                    "jpeg",
                    BinaryPrimitives.ReadUInt16BigEndian(file.Slice(position + 7, 2)),
                    BinaryPrimitives.ReadUInt16BigEndian(file.Slice(position + 5, 2)));
            }

            position += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(file.Slice(position + 2, 2));
        }

        return null;
    }

    private static ImageSize Bmp(ReadOnlySpan<byte> file) => new(
        "bmp",
        BinaryPrimitives.ReadInt32LittleEndian(file[18..22]),
        // Negative where the rows go from top to bottom.
        (int)Math.Min(int.MaxValue, Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(file[22..26]))));

    private static ImageSize? WebP(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> kind = file[12..16];
        if (kind.SequenceEqual("VP8X"u8))
            return new ImageSize("webp", UInt24(file[24..27]) + 1, UInt24(file[27..30]) + 1);
        if (kind.SequenceEqual("VP8L"u8))
        {
            uint bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..25]);
            return new ImageSize("webp", (int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }

        return kind.SequenceEqual("VP8 "u8)
            ? new ImageSize(
                "webp",
                BinaryPrimitives.ReadUInt16LittleEndian(file[26..28]) & 0x3FFF,
                BinaryPrimitives.ReadUInt16LittleEndian(file[28..30]) & 0x3FFF)
            : null;
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
