using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>Images made byte by byte, so that tests can make them wrong.</summary>
internal static class TestImages
{
    public const byte Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A whole PNG of one colour, with whatever chunks between header and data.</summary>
    public static byte[] Png(int width, int height, byte colorType = Rgb, params (string Type, byte[] Data)[] chunks)
    {
        byte[] palette = colorType == Palette && !chunks.Any(chunk => chunk.Type == "PLTE") ? Chunk("PLTE", new byte[3]) : [];
        return
        [
            .. PngHead(width, height, colorType), .. palette, .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Data)),
            .. Chunk("IDAT", PngPixels(width, height, colorType)), .. PngEnd,
        ];
    }

    /// <summary>A PNG whose pixels stand in chunks of these lengths, the rest in a last one.</summary>
    public static byte[] PngInPieces(int width, int height, params int[] lengths)
    {
        byte[] pixels = PngPixels(width, height, Rgb);
        List<byte> file = [.. PngHead(width, height, Rgb)];
        int at = 0;
        foreach (int length in lengths)
        {
            file.AddRange(Chunk("IDAT", pixels[at..(at + length)]));
            at += length;
        }

        return [.. file, .. Chunk("IDAT", pixels[at..]), .. PngEnd];
    }

    public static byte[] PngEnd => Chunk("IEND", []);

    private static byte[] PngHead(int width, int height, byte colorType)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = colorType;
        return [.. PngSignature, .. Chunk("IHDR", header)];
    }

    private static byte[] PngPixels(int width, int height, byte colorType)
    {
        int bytesPerPixel = colorType switch { Rgb => 3, GreyAlpha => 2, Rgba => 4, _ => 1 };
        using MemoryStream pixels = new();
        using (ZLibStream zlib = new(pixels, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(new byte[Math.Min(height, 4000) * ((Math.Min(width, 4000) * bytesPerPixel) + 1)]);
        return pixels.ToArray();
    }

    /// <summary>A whole grey JPEG: both Huffman tables hold one code of one bit, so that every block is two zero bits.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="fillerBytes">Length of one segment before the frame.</param>
    /// <param name="fillers">How many segments of 60,000 bytes stand before the frame.</param>
    /// <param name="stray">Bytes between the first segment and the next, which belong to none.</param>
    public static byte[] Jpeg(int width, int height, int fillerBytes = 0, int fillers = 0, byte[]? stray = null)
    {
        byte[] filler = fillerBytes == 0 ? [] : [0xFF, 0xE2, .. BigEndian(fillerBytes + 2), .. new byte[fillerBytes]];
        for (int i = 0; i < fillers; i++)
            filler = [.. filler, 0xFF, 0xE1, .. BigEndian(60_002), .. new byte[60_000]];
        int blocks = (width + 7) / 8 * ((height + 7) / 8);
        byte[] onlyCode = [1, .. new byte[15], 0];
        return
        [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, .. stray ?? [], .. filler,
            0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
            0xFF, 0xC0, 0, 11, 8, .. BigEndian(height), .. BigEndian(width), 1, 1, 0x11, 0,
            0xFF, 0xC4, 0, 20, 0, .. onlyCode, 0xFF, 0xC4, 0, 20, 0x10, .. onlyCode,
            0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, .. new byte[(blocks + 3) / 4], 0xFF, 0xD9,
        ];
    }

    /// <summary>A whole BMP; from top to bottom where the height is negative.</summary>
    public static byte[] Bmp(int width, int height, int bitsPerPixel = 24, int compression = 0, int headerSize = 40)
    {
        int stride = ((Math.Min(width, 4000) * bitsPerPixel) + 31) / 32 * 4;
        int palette = headerSize >= 40 && bitsPerPixel <= 8 ? 4 << bitsPerPixel : 0;
        byte[] file = new byte[14 + headerSize + palette + (stride * Math.Min(Math.Abs(height), 4000))];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 14 + headerSize + palette);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), headerSize);
        if (headerSize == 12)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(18), (short)width);
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), (short)height);
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(24), (short)bitsPerPixel);
            return file;
        }

        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), (short)bitsPerPixel);
        if (headerSize > 16)
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(30), compression);
        // Masks of 5, 6 and 5 bits.
        if (headerSize >= 56)
            ((byte[])[0, 0xF8, 0, 0, 0xE0, 0x07, 0, 0, 0x1F, 0, 0, 0]).CopyTo(file, 54);
        return file;
    }

    /// <summary>A lossy WebP as far as its frame header; what follows is no picture, which nobody here looks at.</summary>
    public static byte[] WebP(int width, int height) => Riff(
        RiffChunk("VP8 ", [0x30, 0x01, 0x00, 0x9D, 0x01, 0x2A, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), .. new byte[20]]));

    public static byte[] WebPExtended(int width, int height, bool withPixels = true)
    {
        byte[] canvas = [0, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), 0, (byte)(height - 1), (byte)((height - 1) >> 8), 0];
        return Riff([.. RiffChunk("VP8X", canvas), .. RiffChunk("ICCP", new byte[301]), .. withPixels ? WebPLossless(width, height)[12..] : []]);
    }

    public static byte[] WebPLossless(int width, int height)
    {
        byte[] bits = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bits, (width - 1) | ((height - 1) << 14));
        return Riff(RiffChunk("VP8L", [0x2F, .. bits, .. new byte[13]]));
    }

    private static byte[] Riff(byte[] chunks) => [.. "RIFF"u8, .. LittleEndian(chunks.Length + 4), .. "WEBP"u8, .. chunks];

    private static byte[] RiffChunk(string type, byte[] data) =>
        [.. Encoding.ASCII.GetBytes(type), .. LittleEndian(data.Length), .. data, .. new byte[data.Length & 1]];

    /// <summary>A file of nearly 10 MB that begins in one way and goes on in another.</summary>
    public static byte[] Endless(byte[] head, byte[] rest)
    {
        byte[] file = new byte[10_000_000];
        head.CopyTo(file, 0);
        for (int at = head.Length; at + rest.Length <= file.Length; at += rest.Length)
            rest.CopyTo(file, at);
        return file;
    }

    /// <summary>A small archive of much.</summary>
    public static byte[] ZipBomb()
    {
        using MemoryStream file = new();
        using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("cat.png", CompressionLevel.Fastest).Open();
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 20; i++)
                entry.Write(zeros);
        }

        return file.ToArray();
    }

    public static byte[] Changed(byte[] file, int at, byte value)
    {
        file[at] = value;
        return file;
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        byte[] crc = Crc32.Hash(body); // little-endian
        Array.Reverse(crc);
        return [.. length, .. body, .. crc];
    }

    private static byte[] LittleEndian(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    private static byte[] BigEndian(int value) => [(byte)(value >> 8), (byte)value];
}
