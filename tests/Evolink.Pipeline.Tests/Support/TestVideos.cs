using System.Buffers.Binary;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>Bytes that look like a video: an MP4 whose boxes are whole.</summary>
internal static class TestVideos
{
    private const int Header = 8;

    public static byte[] Mp4(int length, int seed = 1)
    {
        byte[] video = new byte[length];
        new Random(seed).NextBytes(video);
        Box(video, 0, 16, "ftyp"u8);
        Box(video, 16, 16, "moov"u8);
        Box(video, 32, length - 32, "mdat"u8);
        return video;
    }

    private static void Box(byte[] file, int at, int size, ReadOnlySpan<byte> type)
    {
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(at), size);
        type.CopyTo(file.AsSpan(at + (Header / 2)));
    }
}
