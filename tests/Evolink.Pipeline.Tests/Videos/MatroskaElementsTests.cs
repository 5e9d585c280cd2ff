using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class MatroskaElementsTests
{
    private static readonly byte[] Header = Element([0x1A, 0x45, 0xDF, 0xA3], new byte[10]);
    private static readonly byte[] Tracks = Element([0x16, 0x54, 0xAE, 0x6B], new byte[20]);
    private static readonly byte[] Block = Element([0xA3], new byte[30]);
    private static readonly byte[] Cluster = Element([0x1F, 0x43, 0xB6, 0x75], [.. Element([0xE7], [0]), .. Block]);
    private static readonly byte[] OpenCluster = [0x1F, 0x43, 0xB6, 0x75, 0xFF, .. Element([0xE7], [0]), .. Block];
    private static readonly byte[] OpenSegment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    private static readonly byte[] Cues = Element([0x1C, 0x53, 0xBB, 0x6B], new byte[9]);

    private static string? MissingIn(byte[] file, int chunk = 1000)
    {
        MatroskaElements elements = new();
        foreach (byte[] part in file.Chunk(chunk))
            elements.Append(part);
        return elements.Missing;
    }

    private static byte[] Segment(params byte[][] elements) =>
        Element([0x18, 0x53, 0x80, 0x67], [.. elements.SelectMany(element => element)]);

    // Sizes of two bytes.
    private static byte[] Element(byte[] id, byte[] content) =>
        [.. id, (byte)(0x40 | (content.Length >> 8)), (byte)content.Length, .. content];

    private static void AssertCompleteAt(byte[] file, params int[] lengths)
    {
        for (int length = 0; length <= file.Length; length++)
        {
            Assert.Equal(lengths.Contains(length), MissingIn(file[..length]) is null);
            Assert.Equal(lengths.Contains(length), MissingIn(file[..length], chunk: 1) is null);
        }
    }

    [Fact]
    public void A_segment_with_a_size_is_complete_at_its_end_only()
    {
        byte[] file = [.. Header, .. Segment(Tracks, Cluster, Cluster, Cues)];
        AssertCompleteAt(file, file.Length);
    }

    [Fact]
    public void A_segment_without_a_size_is_complete_wherever_an_element_ends_behind_the_first_cluster()
    {
        byte[] first = [.. Header, .. OpenSegment, .. Tracks, .. Cluster];
        byte[] second = [.. first, .. Cluster];
        AssertCompleteAt([.. second, .. Cues], first.Length, second.Length, second.Length + Cues.Length);
    }

    [Fact]
    public void A_cluster_without_a_size_ends_where_the_next_begins_and_is_complete_behind_each_block()
    {
        byte[] head = [.. Header, .. OpenSegment, .. Tracks];
        byte[] file = [.. head, .. OpenCluster, .. OpenCluster, .. Cues];
        int first = head.Length + OpenCluster.Length;
        AssertCompleteAt(file, first, first + OpenCluster.Length, file.Length);
    }

    [Fact]
    public void A_segment_without_tracks_or_media_is_no_video()
    {
        Assert.Equal("has a segment without tracks", MissingIn([.. Header, .. Segment(Cluster)]));
        Assert.Equal("has a segment without media (clusters)", MissingIn([.. Header, .. Segment(Tracks, Cues)]));
        Assert.Equal("has no segment", MissingIn(Header));
    }

    [Fact]
    public void What_stands_behind_a_segment_is_nothing_but_padding()
    {
        byte[] file = [.. Header, .. Segment(Tracks, Cluster)];
        Assert.Null(MissingIn([.. file, 0xEC, 0x83, 1, 2, 3]));
        Assert.NotNull(MissingIn([.. file, .. file]));
        byte[] open = [.. Header, .. OpenSegment, .. Tracks, .. Cluster];
        Assert.NotNull(MissingIn([.. open, .. open]));
        Assert.NotNull(MissingIn([.. file, .. Cluster]));
        Assert.NotNull(MissingIn([.. file, .. "</html>"u8]));
    }

    [Fact]
    public void An_element_that_is_longer_than_its_segment_or_has_no_size_is_broken()
    {
        Assert.NotNull(MissingIn([.. Header, 0x18, 0x53, 0x80, 0x67, 0x88, .. Tracks, .. Cluster]));
        Assert.NotNull(MissingIn([.. Header, .. Segment([0x16, 0x54, 0xAE, 0x6B, 0xFF], Cluster)]));
        Assert.NotNull(MissingIn([.. Header, .. Segment([0x00, 0x00])]));
    }
}
