using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>Images made byte by byte, so that tests can make them wrong.</summary>
internal static class TestImages
{
    public const byte Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    /// <summary>A whole PNG of one colour, with whatever chunks between header and data.</summary>
    public static byte[] Png(int width, int height, byte colorType = Rgb, params (string Type, byte[] Data)[] chunks)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = colorType;
        using MemoryStream pixels = new();
        using (ZLibStream zlib = new(pixels, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(new byte[Math.Min(height, 4000) * ((Math.Min(width, 4000) * 4) + 1)]);
        return
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR", header), .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Data)), .. Chunk("IDAT", pixels.ToArray()), .. Chunk("IEND", []),
        ];
    }

    /// <summary>A JPEG as far as its frame header, which is as far as anybody looks.</summary>
    public static byte[] Jpeg(int width, int height, int fillerBytes = 0, int fillers = 0)
    {
        byte[] filler = fillerBytes == 0 ? [] : [0xFF, 0xE2, .. BigEndian(fillerBytes + 2), .. new byte[fillerBytes]];
        for (int i = 0; i < fillers; i++)
            filler = [.. filler, 0xFF, 0xE1, .. BigEndian(60_002), .. new byte[60_000]];
        return
        [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, .. filler,
            0xFF, 0xC0, 0, 17, 8, .. BigEndian(height), .. BigEndian(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9,
        ];
    }

    public static byte[] Bmp(int width, int height)
    {
        byte[] file = new byte[54 + 100];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        return file;
    }

    /// <summary>A lossy WebP as far as its frame header.</summary>
    public static byte[] WebP(int width, int height)
    {
        byte[] frame = [0x30, 0x01, 0x00, 0x9D, 0x01, 0x2A, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), .. new byte[20]];
        byte[] size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, frame.Length);
        byte[] riff = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(riff, frame.Length + 12);
        return [.. "RIFF"u8, .. riff, .. "WEBPVP8 "u8, .. size, .. frame];
    }

    public static byte[] WebPExtended(int width, int height) =>
    [
        .. "RIFF"u8, 30, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0,
        (byte)(width - 1), (byte)((width - 1) >> 8), 0, (byte)(height - 1), (byte)((height - 1) >> 8), 0, .. new byte[8],
    ];

    public static byte[] WebPLossless(int width, int height)
    {
        byte[] bits = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bits, (width - 1) | ((height - 1) << 14));
        return [.. "RIFF"u8, 30, 0, 0, 0, .. "WEBPVP8L"u8, 10, 0, 0, 0, 0x2F, .. bits, .. new byte[13]];
    }

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

    private static byte[] BigEndian(int value) => [(byte)(value >> 8), (byte)value];
}
