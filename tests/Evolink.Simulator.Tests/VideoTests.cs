using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

public sealed class VideoTests
{
    [Theory]
    [InlineData(2, "720p", 1280, 720)]
    [InlineData(5, "1080p", 1920, 1080)]
    [InlineData(15, "720p", 1280, 720)]
    public async Task A_video_has_the_asked_length_and_size(int seconds, string quality, int width, int height)
    {
        await using Api api = await Api.StartAsync();

        string id = await api.SubmitAsync(Request(seconds, quality));
        byte[] file = await api.DownloadVideoAsync(id);

        IReadOnlyList<Mp4Box> boxes = Mp4Box.Parse(file);
        Assert.Equal(["ftyp", "moov", "free", "mdat"], boxes.Select(box => box.Type));
        Assert.Equal(id, Encoding.ASCII.GetString(boxes[2].Content.Span));
        Mp4Box track = boxes[1].Inner("trak");
        Mp4Box header = track.Inner("mdia", "mdhd");
        Assert.Equal(seconds, (double)header.UInt32(16) / header.UInt32(12));
        Mp4Box shown = track.Inner("tkhd");
        Assert.Equal((width, height), ((int)(shown.UInt32(76) >> 16), (int)(shown.UInt32(80) >> 16)));
        CheckSamples(file, track.Inner("mdia", "minf", "stbl"), boxes[3], seconds * 10);
    }

    [Theory]
    [InlineData(2, "1080p", "1920,1080")]
    [InlineData(7, "720p", "1280,720")]
    public async Task Ffmpeg_reads_and_decodes_a_video(int seconds, string quality, string size)
    {
        await using Api api = await Api.StartAsync(Api.Instant with { VideoBytes = 1_000_000 });
        byte[] file = await api.DownloadVideoAsync(await api.SubmitAsync(Request(seconds, quality)));
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".mp4");
        try
        {
            await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
            string stream = await Ffmpeg.RunAsync("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height,nb_frames:format=duration", "-of", "csv=p=0", path);
            Assert.Equal($"h264,{size},{seconds * 10}\n{seconds}.000000", stream);
            await Ffmpeg.RunAsync("ffmpeg", "-v", "error", "-i", path, "-f", "null", "-");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Every_task_has_bytes_of_its_own_and_each_download_the_same()
    {
        await using Api api = await Api.StartAsync();
        string one = await api.SubmitAsync();
        string other = await api.SubmitAsync();

        byte[] first = await api.DownloadVideoAsync(one);

        Assert.Equal(first, await api.DownloadVideoAsync(one));
        Assert.NotEqual(first, await api.DownloadVideoAsync(other));
    }

    [Fact]
    public async Task Padding_fills_a_video_up_to_the_wished_size()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { VideoBytes = 3_000_001 });
        string id = await api.SubmitAsync();

        byte[] file = await api.DownloadVideoAsync(id);

        Assert.Equal(3_000_001, file.Length);
        Assert.Equal(["ftyp", "moov", "free", "mdat", "free"], Mp4Box.Parse(file).Select(box => box.Type));
        VideoReport? reported = (await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken)).Tasks[0].Video;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), reported!.Sha256);
    }

    [Theory]
    [InlineData(0, 99)]
    [InlineData(700, 70_001)]
    [InlineData(2_500_003, 2_999_999)]
    public async Task A_range_is_that_part_of_the_whole(int from, int to)
    {
        await using Api api = await Api.StartAsync(Api.Instant with { VideoBytes = 3_000_000 });
        string id = await api.SubmitAsync();
        byte[] whole = await api.DownloadVideoAsync(id);

        using HttpResponseMessage part = await Api.DownloadAsync(await api.LinkAsync(id), request => request.Headers.Range = new RangeHeaderValue(from, to));

        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(whole[from..(to + 1)], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3_000_000, part.Content.Headers.ContentRange!.Length);
        Assert.NotNull(part.Headers.ETag);
        Assert.NotNull(part.Content.Headers.LastModified);
    }

    [Fact]
    public async Task A_video_beyond_four_gigabytes_has_a_wide_box_and_can_be_read_at_its_end()
    {
        const long size = 5L << 30;
        await using Api api = await Api.StartAsync(Api.Instant with { VideoBytes = size });
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage end = await Api.DownloadAsync(link, request => request.Headers.Range = new RangeHeaderValue(size - 10, null));
        using HttpResponseMessage begin = await Api.DownloadAsync(link, request => request.Headers.Range = new RangeHeaderValue(0, 200_000));

        Assert.Equal(10, (await end.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
        byte[] head = await begin.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        int padding = head.AsSpan().LastIndexOf("free"u8);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(padding - 4)));
        Assert.Equal(size - (padding - 4), (long)BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(padding + 4)));
    }

    [Fact]
    public async Task A_link_expires()
    {
        var clock = new ManualTimeProvider();
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });
        string link = await api.LinkAsync(await api.SubmitAsync());

        clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        using HttpResponseMessage inTime = await Api.DownloadAsync(link);
        clock.Advance(TimeSpan.FromSeconds(1));
        using HttpResponseMessage late = await Api.DownloadAsync(link);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (inTime.StatusCode, late.StatusCode));
    }

    [Fact]
    public async Task A_link_that_was_never_handed_out_leads_nowhere()
    {
        await using Api api = await Api.StartAsync();
        string link = await api.LinkAsync(await api.SubmitAsync());

        using HttpResponseMessage forged = await Api.DownloadAsync(link.Replace(".mp4", "", StringComparison.Ordinal)[..^1] + "z.mp4");

        Assert.Equal(HttpStatusCode.NotFound, forged.StatusCode);
    }

    [Fact]
    public async Task Rotating_links_are_fresh_at_every_read()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { RotateLinks = true });
        string id = await api.SubmitAsync();

        Assert.NotEqual(await api.LinkAsync(id), await api.LinkAsync(id));
    }

    private static JsonObject Request(int seconds, string quality)
    {
        JsonObject request = Api.Request();
        request["duration"] = seconds;
        request["quality"] = quality;
        return request;
    }

    /// <summary>The sample table leads to frames: every sample is one NAL unit of the told length, and those told as key frames are.</summary>
    private static void CheckSamples(byte[] file, Mp4Box table, Mp4Box data, int frames)
    {
        Mp4Box sizes = table.Inner("stsz");
        Assert.Equal((uint)frames, sizes.UInt32(8));
        Mp4Box keys = table.Inner("stss");
        HashSet<uint> keyFrames = [.. Enumerable.Range(0, (int)keys.UInt32(4)).Select(index => keys.UInt32(8 + (4 * index)))];
        int position = (int)table.Inner("stco").UInt32(8);
        Assert.Equal(data.Offset + 8, position);
        for (int frame = 0; frame < frames; frame++)
        {
            uint size = sizes.UInt32(12 + (4 * frame));
            Assert.Equal(size - 4, BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(position)));
            Assert.Equal(keyFrames.Contains((uint)frame + 1) ? 5 : 1, file[position + 4] & 0x1F);
            position += (int)size;
        }

        Assert.Equal(data.Offset + 8 + data.Content.Length, position);
    }
}
