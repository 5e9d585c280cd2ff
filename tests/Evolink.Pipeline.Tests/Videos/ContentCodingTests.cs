using System.IO.Compression;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Testing.Hosting;
using Microsoft.AspNetCore.Http;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>What <c>Content-Encoding</c> says counts only where the bytes are no video by themselves.</summary>
public sealed class ContentCodingTests(AzuriteFixture azurite)
{
    private const int Block = CopyCase.Block;
    private static readonly byte[] Video = TestVideos.Mp4((5 * Block) + 100);

    private static byte[] Compress(byte[] content, Func<Stream, Stream> coding)
    {
        MemoryStream compressed = new();
        using (Stream encoder = coding(compressed))
            encoder.Write(content);
        return compressed.ToArray();
    }

    private static byte[] Encode(byte[] content, string coding) => coding switch
    {
        "gzip" => Compress(content, stream => new GZipStream(stream, CompressionLevel.Fastest)),
        "zlib" => Compress(content, stream => new ZLibStream(stream, CompressionLevel.Fastest)),
        "deflate" => Compress(content, stream => new DeflateStream(stream, CompressionLevel.Fastest)),
        "br" => Compress(content, stream => new BrotliStream(stream, CompressionLevel.Fastest)),
        "gzip twice" => Encode(Encode(content, "gzip"), "gzip"),
        _ => content,
    };

    private static Task<ResultServer> ServeAsync(byte[] body, string? label, bool ranges = true) => ResultServer.StartAsync(context =>
    {
        if (label is not null)
            context.Response.Headers.ContentEncoding = label;
        return ResultServer.ServeAsync(context, body, "\"v1\"", ranges);
    });

    [Theory]
    [InlineData("aws-chunked")]
    [InlineData("utf-8")]
    [InlineData("none")]
    [InlineData("binary")]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("gzip, aws-chunked")]
    [InlineData("not;a;token,,")]
    public async Task Bytes_that_are_a_video_are_saved_in_parts_whatever_the_label_says(string label)
    {
        await using ResultServer server = await ServeAsync(Video, label);
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertCopiedAsync(Video, server.Link);
        Assert.Equal(6, server.Ranges.Count);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip", "x-gzip")]
    [InlineData("gzip", "aws-chunked")]
    [InlineData("gzip", null)]
    [InlineData("gzip", "br")]
    [InlineData("zlib", "deflate")]
    [InlineData("deflate", "Deflate")]
    [InlineData("br", "br")]
    [InlineData("br", "aws-chunked, BR")]
    [InlineData("gzip twice", "gzip, gzip")]
    public async Task What_is_really_compressed_is_decoded_as_one_stream(string coding, string? label)
    {
        foreach (bool ranges in new[] { true, false })
        {
            await using ResultServer server = await ServeAsync(Encode(Video, coding), label, ranges);
            await using CopyCase copy = await CopyCase.StartAsync(azurite);
            await copy.AssertCopiedAsync(Video, server.Link);
            Assert.Equal(ranges ? ["bytes=0-65535", ""] : ["bytes=0-65535"], server.Ranges);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zlib")]
    [InlineData("br")]
    [InlineData("gzip twice")]
    public async Task Few_bytes_that_become_more_than_the_largest_video_are_refused(string coding)
    {
        byte[] bomb = TestVideos.Mp4(20 << 20);
        bomb.AsSpan(100).Clear();
        string label = coding switch { "zlib" => "deflate", "br" => "br", _ => "gzip" };
        await using ResultServer server = await ServeAsync(Encode(bomb, coding), label);
        await using CopyCase copy = await CopyCase.StartAsync(azurite, mostBytes: 1 << 20);
        await copy.AssertRefusedAsync(DownloadFailure.TooLarge, server.Link);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zlib")]
    [InlineData("br")]
    public async Task Compressed_content_that_is_cut_is_not_saved(string coding)
    {
        byte[] encoded = Encode(Video, coding);
        await using ResultServer server = await ServeAsync(encoded[..(encoded.Length / 2)], coding == "zlib" ? "deflate" : coding);
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertRefusedAsync(DownloadFailure.Incomplete, server.Link);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compressed_error_page_is_named_by_its_title(string coding)
    {
        byte[] page = Encode([.. "<!DOCTYPE html><html><title>Gone fishing</title></html>"u8], coding);
        await using ResultServer server = await ServeAsync(page, coding);
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        VideoDownloadException e = await copy.AssertRefusedAsync(DownloadFailure.NotAVideo, server.Link);
        Assert.Contains("\"Gone fishing\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_page_behind_a_false_label_is_tried_again()
    {
        await using ResultServer server = await ResultServer.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = "br";
            return context.Response.WriteAsync("{\"error\":\"no such key\"}", CancellationToken.None);
        });
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        VideoDownloadException e = await Assert.ThrowsAsync<VideoDownloadException>(() => copy.CopyAsync(server.Link));
        Assert.Contains(e.Failure, new[] { DownloadFailure.NotAVideo, DownloadFailure.Incomplete });
    }
}
