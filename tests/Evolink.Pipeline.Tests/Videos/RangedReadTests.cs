using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.AspNetCore.Http;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>Ranged and parallel reads are an optimization: hosts that refuse them, in whatever way, are read as one stream.</summary>
public sealed class RangedReadTests(AzuriteFixture azurite)
{
    private const int Block = CopyCase.Block;
    private static readonly byte[] Video = TestVideos.Mp4((5 * Block) + 100);
    private static readonly CancellationToken None = CancellationToken.None;

    private static bool IsRanged(HttpContext context) => context.Request.Headers.Range.Count > 0;

    private static bool IsFirst(HttpContext context) =>
        context.Request.Headers.Range.ToString().StartsWith("bytes=0-", StringComparison.Ordinal);

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync("<html><title>Blocked</title></html>", CancellationToken.None);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(410)]
    [InlineData(416)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(503)]
    [InlineData(200)]
    public async Task A_host_that_refuses_ranged_requests_is_asked_for_the_same_link_once_without(int status)
    {
        await using ResultServer server = await ResultServer.StartAsync(context =>
            IsRanged(context) ? Refuse(context, status) : ResultServer.ServeAsync(context, Video));
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertCopiedAsync(Video, server.Link);
        Assert.Equal(["bytes=0-65535", ""], server.Ranges);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_host_that_serves_the_first_part_only_is_read_as_one_stream(int status)
    {
        await using ResultServer server = await ResultServer.StartAsync(context =>
            IsRanged(context) && !IsFirst(context) ? Refuse(context, status) : ResultServer.ServeAsync(context, Video));
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertCopiedAsync(Video, server.Link);
        Assert.Single(server.Ranges, range => range.Length == 0);
        Assert.All(server.Ranges.CountBy(range => range, StringComparer.Ordinal), range => Assert.Equal(1, range.Value));
    }

    [Fact]
    public async Task A_host_that_breaks_off_ranged_requests_is_read_as_one_stream()
    {
        await using ResultServer server = await ResultServer.StartAsync(context =>
        {
            if (!IsRanged(context) || IsFirst(context))
                return ResultServer.ServeAsync(context, Video);
            context.Abort();
            return Task.CompletedTask;
        });
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertCopiedAsync(Video, server.Link);
        Assert.Single(server.Ranges, range => range.Length == 0);
    }

    [Fact]
    public async Task A_host_that_sends_other_bytes_for_a_part_is_read_as_one_stream()
    {
        await using ResultServer server = await ResultServer.StartAsync(async context =>
        {
            if (!IsFirst(context))
            {
                await ResultServer.ServeAsync(context, Video);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes 0-65535/{Video.Length}";
            context.Response.Headers.ETag = "\"v1\"";
            await context.Response.Body.WriteAsync(new byte[Block]);
        });
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertCopiedAsync(Video, server.Link);
    }

    [Fact]
    public async Task A_host_that_allows_one_connection_at_a_time_is_read_as_one_stream()
    {
        int open = 0;
        await using ResultServer server = await ResultServer.StartAsync(async context =>
        {
            bool alone = Interlocked.Increment(ref open) == 1;
            try
            {
                await (alone ? ServeSlowlyAsync(context) : Refuse(context, 429));
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        });
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        await copy.AssertCopiedAsync(Video, server.Link);

        static async Task ServeSlowlyAsync(HttpContext context)
        {
            if (IsRanged(context) && !IsFirst(context))
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, context.RequestAborted);
            await ResultServer.ServeAsync(context, Video);
        }
    }

    [Fact]
    public async Task A_link_that_is_good_for_one_request_is_followed_by_one_that_is_read_as_one_stream()
    {
        HashSet<string> used = [];
        await using ResultServer server = await ResultServer.StartAsync(context =>
        {
            lock (used)
                return used.Add(context.Request.Path) ? ResultServer.ServeAsync(context, Video) : Refuse(context, 403);
        });
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        VideoDownloadException e = await copy.AssertRefusedAsync(DownloadFailure.LinkDead, $"{server.Url}first.mp4");
        copy.Job = copy.Job.WithSaveTry(Jobs.First, "No answer.", null, Jobs.Start, e.AsOneStream);
        await copy.AssertCopiedAsync(Video, $"{server.Url}second.mp4");
        Assert.Equal("", server.Ranges.Last());
    }

    [Fact]
    public async Task What_was_learnt_about_the_host_is_remembered_for_the_next_tries_of_the_job()
    {
        int plain = 0;
        await using ResultServer server = await ResultServer.StartAsync(context =>
            IsRanged(context) || Interlocked.Increment(ref plain) == 1 ? Refuse(context, 403) : ResultServer.ServeAsync(context, Video));
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Results = [new ResultFault.Redirect(server.Link)] }));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
        Assert.True((await pipeline.ReadAsync(generation)).SaveAsOneStream);

        await pipeline.Store.UpdateAsync(generation.Id, job => job with { SaveRetryAt = null }, None);
        Assert.Equal(JobState.Completed, (await pipeline.EndAsync(generation)).State);
        Assert.Single(server.Ranges, range => range.Length > 0);
    }

    [Fact]
    public async Task A_host_that_breaks_off_long_answers_is_read_in_parts_at_the_next_try()
    {
        await using ResultServer server = await ResultServer.StartAsync(async context =>
        {
            if (IsRanged(context))
            {
                await ResultServer.ServeAsync(context, Video);
                return;
            }

            context.Response.ContentLength = Video.Length;
            await context.Response.Body.WriteAsync(Video.AsMemory(0, 2 * Block));
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        copy.Job = copy.Job.WithSaveTry(Jobs.First, "No answer.", null, Jobs.Start, asOneStream: true);
        VideoDownloadException e = await copy.AssertRefusedAsync(DownloadFailure.Unavailable, server.Link);
        copy.Job = copy.Job.WithSaveTry(Jobs.First, "No answer.", null, Jobs.Start, e.AsOneStream);
        await copy.AssertCopiedAsync(Video, server.Link);
    }

    [Fact]
    public async Task Of_several_links_the_first_that_leads_to_a_video_is_saved()
    {
        await using ResultServer server = await ResultServer.StartAsync(context => context.Request.Path.Value switch
        {
            "/poster.jpg" => context.Response.Body.WriteAsync(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 0, 16 }).AsTask(),
            "/video.mp4" => ResultServer.ServeAsync(context, Video),
            _ => Refuse(context, 404),
        });
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        (string poster, string gone) = ($"{server.Url}poster.jpg", $"{server.Url}gone.mp4");
        await copy.AssertRefusedAsync(DownloadFailure.LinkDead, poster, gone, $"{poster}?2");
        await copy.AssertCopiedAsync(Video, poster, "not a link", gone, server.Link);
    }

    [Theory]
    [InlineData("/poster.jpg", true), InlineData("/poster.mp4", false)]
    public async Task A_picture_that_is_none_is_not_waited_for_and_the_video_behind_it_has_the_name_of_the_job(string first, bool isComplete)
    {
        await using ResultServer server = await ResultServer.StartAsync(context => context.Request.Path.Value == first
            ? context.Response.Body.WriteAsync("<html>Sorry</html>"u8.ToArray()).AsTask()
            : ResultServer.ServeAsync(context, Video));
        await using CopyCase copy = await CopyCase.StartAsync(azurite);
        SavedResults saved = await copy.CopyAllAsync($"{server.Url}{first[1..]}", server.Link);
        Assert.Equal(isComplete, saved.IsComplete);
        Assert.Equal(isComplete ? $"{copy.Job.Id}.mp4" : $"{copy.Job.Id}-2.mp4", saved.Video!.Blob);
    }
}
