using System.Buffers.Binary;
using System.Text;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class Mp4BoxesTests
{
    private static readonly byte[] File = [.. Box("ftyp", 16), .. Box("free", 0), .. LargeBox("mdat", 100), .. Box("moov", 30)];

    private static string? MissingIn(byte[] file, int chunk = 1000)
    {
        Mp4Boxes boxes = new();
        foreach (byte[] part in file.Chunk(chunk))
            boxes.Append(part);
        return boxes.Missing;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_file_is_complete_where_header_and_media_are_there_and_the_last_box_ends(int chunk)
    {
        for (int length = 0; length < File.Length; length++)
            Assert.NotNull(MissingIn(File[..length], chunk));
        Assert.Null(MissingIn(File, chunk));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(7, false)]
    public void A_box_without_a_size_goes_to_the_end_and_one_smaller_than_its_header_is_broken(int size, bool complete)
    {
        byte[] last = Box("mdat", 50);
        BinaryPrimitives.WriteInt32BigEndian(last, size);
        Assert.Equal(complete, MissingIn([.. Box("ftyp", 16), .. Box("moov", 30), .. last.AsSpan(0, 20)]) is null);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 62)]
    [InlineData(-1)]
    [InlineData(15)]
    public void A_size_that_no_file_can_have_is_never_taken_for_the_end_of_the_file(long size)
    {
        byte[] last = LargeBox("mdat", 50);
        BinaryPrimitives.WriteInt64BigEndian(last.AsSpan(8), size);
        Assert.NotNull(MissingIn([.. Box("ftyp", 16), .. Box("moov", 30), .. last]));
    }

    [Fact]
    public void Two_files_are_not_one() => Assert.NotNull(MissingIn([.. File, .. File]));

    [Fact]
    public void Media_without_a_byte_are_none() =>
        Assert.Equal("holds no media (mdat)", MissingIn([.. Box("ftyp", 16), .. Box("moov", 30), .. Box("mdat", 0)]));

    [Fact]
    public void A_file_that_speaks_of_fragments_has_one_and_its_media()
    {
        byte[] head = [.. Box("ftyp", 16), .. Box("moov", Box("mvex", 8))];
        Assert.NotNull(MissingIn([.. head, .. Box("mdat", 10)]));
        Assert.NotNull(MissingIn([.. head, .. Box("moof", 10), .. Box("mdat", 10), .. Box("moof", 10)]));
        Assert.Null(MissingIn([.. head, .. Box("moof", 10), .. Box("mdat", 10), .. Box("moof", 10), .. Box("mdat", 10)]));
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(29, false)]
    public void Media_without_a_size_hold_all_samples_of_the_tables(int there, bool complete)
    {
        byte[] media = Box("mdat", there);
        BinaryPrimitives.WriteInt32BigEndian(media, 0);
        byte[] movie = Movie([.. Box("stsz", Words(0, 0, 2, 10, 5)), .. Box("stco", Words(0, 0))], [.. Box("stsz", Words(0, 5, 3))]);
        Assert.Equal(complete, MissingIn([.. Box("ftyp", 16), .. movie, .. media]) is null);
        Assert.Equal(complete, MissingIn([.. Box("ftyp", 16), .. movie, .. media], chunk: 1) is null);
    }

    [Theory]
    [InlineData("stco", 0)]
    [InlineData("co64", 0)]
    [InlineData("co64", 1)]
    public void A_file_reaches_as_far_as_the_offsets_of_its_chunks(string table, int high)
    {
        byte[] Complete(int offset) =>
        [
            .. Box("ftyp", 16), .. Movie(Box(table, table == "stco" ? Words(0, 1, offset) : Words(0, 1, high, offset))), .. Box("mdat", 40),
        ];
        Assert.Equal(high == 0, MissingIn(Complete(60)) is null);
        Assert.NotNull(MissingIn(Complete(6000)));
    }

    [Theory]
    [InlineData(48, true)]
    [InlineData(49, false)]
    public void A_file_reaches_to_the_end_of_the_segments_of_its_index(int last, bool complete)
    {
        byte[] fragments = [.. Box("moof", 8), .. Box("mdat", 24), .. Box("moof", 8), .. Box("mdat", 24)];
        byte[] narrow = Box("sidx", Words(0, 1, 1000, 0, 0, 2, 48, 0, 0, last, 0, 0));
        byte[] wide = Box("sidx", Words(1 << 24, 1, 1000, 0, 0, 0, 0, 2, 48, 0, 0, last, 0, 0));
        Assert.Equal(complete, MissingIn([.. Box("ftyp", 16), .. Box("moov", 8), .. narrow, .. fragments]) is null);
        Assert.Equal(complete, MissingIn([.. Box("ftyp", 16), .. Box("moov", 8), .. wide, .. fragments]) is null);
    }

    [Fact]
    public void What_is_not_understood_inside_of_the_header_does_not_count()
    {
        byte[] odd = Box("trak", [.. Box("mdia", Words(7, 7, 7)), .. Words(int.MaxValue, 5), .. new byte[5]]);
        byte[] deep = Enumerable.Range(0, 100).Aggregate(Box("trak", 4), (inner, _) => Box("trak", inner));
        Assert.Null(MissingIn([.. Box("ftyp", 16), .. Box("moov", [.. odd, .. deep, 0, 0, 0, 0]), .. Box("mdat", 10)], chunk: 3));
    }

    private static byte[] Movie(params byte[][] tables) =>
        Box("moov", [.. tables.SelectMany(table => Box("trak", Box("mdia", Box("minf", Box("stbl", table)))))]);

    private static byte[] Words(params int[] words) =>
        [.. words.SelectMany(word => BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(word)))];

    private static byte[] Box(string type, int content) => Box(type, new byte[content]);

    private static byte[] Box(string type, byte[] content)
    {
        byte[] box = [.. new byte[4], .. Encoding.ASCII.GetBytes(type), .. content];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
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
