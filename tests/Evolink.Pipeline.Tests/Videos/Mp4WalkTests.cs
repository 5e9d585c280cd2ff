using System.Buffers.Binary;
using System.Text;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class Mp4WalkTests
{
    private static readonly byte[] File = [.. Box("ftyp", 16), .. Box("free", 0), .. LargeBox("mdat", 100), .. Box("moov", 30)];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_file_is_whole_where_movie_and_media_are_there_and_a_box_ends(int chunk)
    {
        int[] ends = [186];
        for (int length = 0; length <= File.Length; length++)
        {
            Mp4Walk boxes = new();
            foreach (byte[] part in File.Take(length).Chunk(chunk))
                boxes.Append(part);
            Assert.Equal(ends.Contains(length), boxes.IsWhole);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(7, false)]
    public void A_box_without_a_size_goes_to_the_end_and_one_smaller_than_its_header_is_broken(int size, bool whole)
    {
        byte[] last = Box("mdat", 50);
        BinaryPrimitives.WriteInt32BigEndian(last, size);
        Mp4Walk boxes = new();
        boxes.Append([.. Box("ftyp", 16), .. Box("moov", 30), .. last.AsSpan(0, 20)]);
        Assert.Equal(whole, boxes.IsWhole);
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
