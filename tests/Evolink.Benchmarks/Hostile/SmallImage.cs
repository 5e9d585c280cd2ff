using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Evolink.Benchmarks.Hostile;

/// <summary>The smallest image that the app takes: 360 x 360 pixels of one grey.</summary>
internal static class SmallImage
{
    private const int Side = 360;

    /// <summary>A PNG file.</summary>
    public static byte[] Png { get; } = Make();

    private static byte[] Make()
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Side);
        header[8] = 8; // bits of grey
        using MemoryStream pixels = new();
        using (ZLibStream zlib = new(pixels, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(new byte[Side * (Side + 1)]);
        using MemoryStream png = new();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Write(png, "IHDR"u8, header);
        Write(png, "IDAT"u8, pixels.ToArray());
        Write(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Write(MemoryStream png, ReadOnlySpan<byte> type, byte[] content)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        png.Write(length);
        byte[] body = [.. type, .. content];
        png.Write(body);
        byte[] checksum = Crc32.Hash(body);
        Array.Reverse(checksum);
        png.Write(checksum);
    }
}
