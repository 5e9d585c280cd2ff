using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class VideoCopierTests(AzuriteFixture azurite)
{
    private const int Block = 64 << 10;

    private Task<TestPipeline> StartAsync(StorageTap? tap = null, int budget = 4 * Block) => TestPipeline.StartAsync(
        azurite,
        new SimulatorOptions { AllowLoopback = true },
        options =>
        {
            options.CopyBlockBytes = Block;
            options.SaveMemoryBudgetBytes = budget;
            options.MaxVideoBytes = 1L << 30;
        },
        services => _ = tap is null ? services : services.AddSingleton<OutgoingHttp>(tap));

    private static (JobRecord Job, Attempt Attempt) Waiting()
    {
        JobRecord job = Jobs.Waiting();
        return (job, job.CurrentAttempt!);
    }

    private static async Task<BlobProperties> AssertCopiedAsync(TestPipeline pipeline, ResultServer server, byte[] video)
    {
        (JobRecord job, Attempt attempt) = Waiting();
        SavedVideo saved = await pipeline.Copier.CopyAsync([server.Link], job, attempt, CancellationToken.None);
        BlobDownloadResult blob = await pipeline.Storage.Videos.GetBlobClient(saved.Blob).DownloadContentAsync();
        Assert.True(blob.Content.ToMemory().Span.SequenceEqual(video));
        Assert.Equal((video.LongLength, Convert.ToHexStringLower(SHA256.HashData(video))), (saved.Size, saved.Sha256));
        return await pipeline.Storage.Videos.GetBlobClient(saved.Blob).GetPropertiesAsync();
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(Block, 1)]
    [InlineData(Block + 1, 2)]
    [InlineData(5 * Block, 5)]
    [InlineData((7 * Block) - 1, 7)]
    public async Task A_video_is_read_in_parts_of_one_block_and_stored_byte_for_byte(int length, int requests)
    {
        byte[] video = TestVideos.Mp4(length);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync();
        await AssertCopiedAsync(pipeline, server, video);
        Assert.Equal(requests, server.Ranges.Count);
        Assert.All(server.Ranges, range => Assert.StartsWith("bytes=", range, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Block)]
    public async Task A_video_of_up_to_one_block_is_stored_in_one_request(int length)
    {
        StorageTap tap = new();
        byte[] video = TestVideos.Mp4(length);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync(tap);
        await AssertCopiedAsync(pipeline, server, video);
        Assert.Equal((0, 0), (tap.Blocks, tap.Commits));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("W/\"weak\"")]
    public async Task Without_a_validator_a_video_is_read_as_one_stream(string? version)
    {
        byte[] video = TestVideos.Mp4(5 * Block);
        await using ResultServer server = await ResultServer.StartAsync(video, version);
        await using TestPipeline pipeline = await StartAsync();
        await AssertCopiedAsync(pipeline, server, video);
        Assert.Equal(["bytes=0-65535", ""], server.Ranges);
    }

    [Fact]
    public async Task A_server_without_ranges_is_asked_once()
    {
        byte[] video = TestVideos.Mp4(5 * Block);
        await using ResultServer server = await ResultServer.StartAsync(video, ranges: false);
        await using TestPipeline pipeline = await StartAsync();
        await AssertCopiedAsync(pipeline, server, video);
        Assert.Single(server.Ranges);
    }

    [Fact]
    public async Task A_video_that_becomes_another_between_two_ranges_is_read_again_as_one_stream()
    {
        (byte[] before, byte[] after) = (TestVideos.Mp4(5 * Block, 1), TestVideos.Mp4(5 * Block, 2));
        await using ResultServer server = await ResultServer.StartAsync(context =>
            context.Request.Headers.IfRange.Count == 0 && context.Request.Headers.Range.Count > 0
                ? ResultServer.ServeAsync(context, before, "\"v1\"")
                : ResultServer.ServeAsync(context, after, "\"v2\""));
        await using TestPipeline pipeline = await StartAsync();
        await AssertCopiedAsync(pipeline, server, after);
    }

    [Fact]
    public async Task A_part_that_breaks_off_is_read_again_without_the_others()
    {
        byte[] video = TestVideos.Mp4(5 * Block);
        int broken = 0;
        await using ResultServer server = await ResultServer.StartAsync(async context =>
        {
            if (context.Request.Headers.Range == "bytes=131072-196607" && Interlocked.Increment(ref broken) == 1)
            {
                context.Response.StatusCode = StatusCodes.Status206PartialContent;
                context.Response.Headers.ContentRange = $"bytes 131072-196607/{video.Length}";
                context.Response.Headers.ETag = "\"v1\"";
                context.Response.ContentLength = Block;
                await context.Response.Body.WriteAsync(new byte[1000]);
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            }

            await ResultServer.ServeAsync(context, video);
        });
        await using TestPipeline pipeline = await StartAsync();
        await AssertCopiedAsync(pipeline, server, video);
        Assert.Equal(6, server.Ranges.Count);
    }

    [Fact]
    public async Task Copies_that_share_too_little_memory_for_one_of_them_take_turns()
    {
        byte[] video = TestVideos.Mp4(6 * Block);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync(budget: 2 * Block);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AssertCopiedAsync(pipeline, server, video)));
    }

    [Fact]
    public async Task No_more_blocks_are_read_ahead_than_the_options_say()
    {
        int most = new EvolinkOptions().CopyBlocksInFlight;
        TaskCompletionSource full = new(), go = new();
        StorageTap tap = new()
        {
            Block = async (number, _, send) =>
            {
                if (number == most)
                    full.SetResult();
                await go.Task;
                return await send();
            },
        };
        byte[] video = TestVideos.Mp4(12 * Block);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync(tap, budget: 100 * Block);
        Task copying = AssertCopiedAsync(pipeline, server, video);
        await full.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(most, server.Ranges.Count);
        go.SetResult();
        await copying;
    }

    [Fact]
    public async Task Every_block_goes_to_storage_with_a_checksum_that_storage_verifies()
    {
        ConcurrentQueue<string?> checksums = new();
        StorageTap tap = new()
        {
            Block = (_, request, send) =>
            {
                checksums.Enqueue(request.Headers.TryGetValues("x-ms-content-crc64", out IEnumerable<string>? values) ? values.Single() : null);
                return send();
            },
        };
        byte[] video = TestVideos.Mp4(3 * Block);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync(tap);
        await AssertCopiedAsync(pipeline, server, video);
        Assert.Equal(
            Enumerable.Range(0, 3).Select(i => Convert.ToBase64String(Crc64.Finish(Crc64.Append(Crc64.Empty, video.AsSpan(i * Block, Block))))).Order(StringComparer.Ordinal),
            checksums.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3 * Block)]
    public async Task The_blob_says_whose_it_is(int length)
    {
        byte[] video = TestVideos.Mp4(length);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync();
        BlobProperties properties = await AssertCopiedAsync(pipeline, server, video);
        Assert.Equal("video/mp4", properties.ContentType);
        Assert.Equal(["created", "job", "model", "sha256", "source", "task"], properties.Metadata.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(4, properties.TagCount);
    }

    [Fact]
    public async Task What_does_not_fit_into_the_blobs_metadata_does_not_cost_the_video()
    {
        byte[] video = TestVideos.Mp4(100);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync();
        JobRecord job = Jobs.Waiting() with
        {
            Reference = "größte Katze",
            Origin = new JobOrigin { UploadName = new string('ü', 1024) },
            // Storage takes a name once, in whatever case.
            Metadata = Enumerable.Range(0, 14).ToDictionary(i => $"n{i}", _ => new string('ü', 256))
                .Append(new("N0", "x")).Append(new("last", "a b")).ToDictionary(pair => pair.Key, pair => pair.Value),
        };

        SavedVideo saved = await pipeline.Copier.CopyAsync([server.Link], job, job.CurrentAttempt!, CancellationToken.None);

        BlobProperties properties = await pipeline.Storage.Videos.GetBlobClient(saved.Blob).GetPropertiesAsync();
        Assert.InRange(properties.Metadata.Sum(pair => pair.Key.Length + pair.Value.Length), 3000, 8192);
        Assert.Equal("größte Katze", Uri.UnescapeDataString(properties.Metadata["reference"]));
    }

    [Fact]
    public async Task An_identity_that_may_not_write_tags_still_saves_the_video()
    {
        StorageTap tap = new() { Commit = (number, send) => number == 1 ? Task.FromResult(StorageTap.Refusal(HttpStatusCode.Forbidden, "AuthorizationPermissionMismatch")) : send() };
        byte[] video = TestVideos.Mp4(3 * Block);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync(tap);
        Assert.Equal(0, (await AssertCopiedAsync(pipeline, server, video)).TagCount);
    }

    [Fact]
    public async Task An_error_page_is_named_by_its_title_and_without_its_secrets()
    {
        await using ResultServer server = await ResultServer.StartAsync(context =>
            context.Response.WriteAsync("<!DOCTYPE html>\n<html><head><title>Link expired https://x.example/?sig=SECRET</title></head></html>"));
        await using TestPipeline pipeline = await StartAsync();
        (JobRecord job, Attempt attempt) = Waiting();
        VideoDownloadException e = await Assert.ThrowsAsync<VideoDownloadException>(() => pipeline.Copier.CopyAsync([server.Link], job, attempt, CancellationToken.None));
        Assert.Equal(DownloadFailure.NotAVideo, e.Failure);
        Assert.Contains("an HTML page: \"Link expired ...\"", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_blob_of_that_name_is_not_taken_for_the_video()
    {
        byte[] video = TestVideos.Mp4(100);
        await using ResultServer server = await ResultServer.StartAsync(video);
        await using TestPipeline pipeline = await StartAsync();
        (JobRecord job, Attempt attempt) = Waiting();
        await pipeline.Storage.Videos.GetBlobClient(VideoStore.BlobName(job.Id, attempt.Number)).UploadAsync(BinaryData.FromString("somebody else's"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.Copier.CopyAsync([server.Link], job, attempt, CancellationToken.None));
    }
}
