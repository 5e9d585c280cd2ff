using System.Buffers.Binary;
using System.Text;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class Mp4BoxesTests
{
    private static readonly byte[] File = [.. Box("ftyp", 16), .. Box("free", 0), .. LargeBox("mdat", 100), .. Box("moov", 30)];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_file_is_whole_at_the_end_of_a_box_and_nowhere_else(int chunk)
    {
        int[] ends = [148, 186];
        for (int length = 0; length <= File.Length; length++)
        {
            Mp4Boxes boxes = new();
            foreach (byte[] part in File.Take(length).Chunk(chunk))
                boxes.Append(part);
            Assert.Equal(ends.Contains(length), boxes.IsWhole);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_box_whose_size_cannot_be_followed_is_not_judged(int size)
    {
        byte[] last = Box("mdat", 50);
        BinaryPrimitives.WriteInt32BigEndian(last, size);
        Mp4Boxes boxes = new();
        boxes.Append([.. Box("ftyp", 16), .. last.AsSpan(0, 20)]);
        Assert.True(boxes.IsWhole);
    }

    private static byte[] Box(string type, int content)
    {
        byte[] box = new byte[8 + content];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        return box;
    }

    private static byte[] LargeBox(string type, int content)
    {
        byte[] box = new byte[16 + content];
        BinaryPrimitives.WriteInt32BigEndian(box, 1);
        Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        BinaryPrimitives.WriteInt64BigEndian(box.AsSpan(8), box.Length);
        return box;
    }
}
