using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace Evolink.Simulator;

/// <summary>A picture of one colour, as a PNG: the last frame of a task's video.</summary>
internal static class GeneratedPicture
{
    private const int Side = 360;
    private const int Rgb = 3;

    /// <summary>The picture of a task: always the same bytes.</summary>
    public static byte[] Of(string taskId)
    {
        byte[] colour = SHA256.HashData(Encoding.UTF8.GetBytes(taskId))[..Rgb];
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Side);
        (header[8], header[9]) = (8, 2);
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, Pixels(colour)), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Pixels(byte[] colour)
    {
        // Each line begins with its filter: none.
        byte[] line = [0, .. Enumerable.Range(0, Side * Rgb).Select(index => colour[index % Rgb])];
        using MemoryStream compressed = new();
        using (ZLibStream pixels = new(compressed, CompressionLevel.Fastest))
        {
            for (int y = 0; y < Side; y++)
                pixels.Write(line);
        }

        return compressed.ToArray();
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        byte[] chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        type.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + content.Length)));
        return chunk;
    }
}
