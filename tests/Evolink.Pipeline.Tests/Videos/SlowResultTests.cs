using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>
/// Results that come slowly: they must not take the places of submits, and a video that comes in time is saved however slowly.
/// </summary>
public sealed class SlowResultTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static void Small(EvolinkOptions options)
    {
        options.CopyBlockBytes = 64 << 10;
        options.SaveMemoryBudgetBytes = 64 * (64 << 10);
        options.DownloadIdleTimeout = TimeSpan.FromHours(1);
    }

    private static Task<Finding> SaveAsync(TestPipeline pipeline, ResultServer server)
    {
        JobRecord job = Jobs.Waiting();
        return pipeline.Get<VideoSaver>().SaveAsync(
            job, job.CurrentAttempt!, new VideoTask { Status = VideoTaskStatus.Completed, Results = [new Uri(server.Link)] }, null, None);
    }

    [Fact]
    public async Task While_as_many_saves_run_as_may_another_one_waits_outside_and_no_try_of_it_is_counted()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        byte[] video = TestVideos.Mp4(1000);
        await using ResultServer server = await ResultServer.StartAsync(async context =>
        {
            await release.Task;
            await ResultServer.ServeAsync(context, video);
        });
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: Small);
        Task<Finding>[] running = [.. Enumerable.Range(0, VideoSaver.MostAtOnce).Select(_ => SaveAsync(pipeline, server))];
        Assert.True(pipeline.Get<VideoSaver>().IsFull);

        Finding outside = await SaveAsync(pipeline, server);
        Assert.True(outside.LookAt > TimeProvider.System.GetUtcNow());
        JobRecord job = Jobs.Waiting();
        Assert.Same(job, outside.Change(job));

        release.SetResult();
        Assert.All(await Task.WhenAll(running), found => Assert.Null(found.LookAt));
        Assert.Null((await SaveAsync(pipeline, server)).LookAt);
    }

    [Fact]
    public void Saves_leave_activities_of_an_instance_to_submits()
    {
        using JsonDocument host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Clone.Root, "host.json")));
        JsonElement engine = host.RootElement.GetProperty("extensions").GetProperty("durableTask");
        int activities = engine.GetProperty("maxConcurrentActivityFunctions").GetInt32();
        Assert.True(VideoSaver.MostAtOnce <= activities * 3 / 4);
    }

    [Fact]
    public async Task A_result_that_cannot_be_here_in_time_at_its_pace_is_given_up_early()
    {
        ManualTimeProvider time = new();
        await using ResultServer server = await ResultServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 10_000_000;
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[10], context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, context.RequestAborted);
            }
        });
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: Small, time: time);
        // Else the parts that are too slow would be followed by one try in one stream.
        JobRecord job = Jobs.Waiting() with { SaveAsOneStream = true };
        Task<SavedVideo> copy = pipeline.Copier.CopyAsync([server.Link], job, job.CurrentAttempt!, None);
        await UntilReadingAsync(time);
        time.Advance(TimeSpan.FromSeconds(61));
        VideoDownloadException e = await Assert.ThrowsAsync<VideoDownloadException>(() => copy);
        Assert.Equal(DownloadFailure.Unavailable, e.Failure);
        Assert.Contains("too slow", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_is_slow_and_still_here_in_time_is_saved()
    {
        ManualTimeProvider time = new();
        byte[] video = TestVideos.Mp4(1000);
        TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ResultServer server = await ResultServer.StartAsync(async context =>
        {
            context.Response.ContentLength = video.Length;
            await context.Response.Body.WriteAsync(video.AsMemory(0, 100));
            await context.Response.Body.FlushAsync();
            await rest.Task;
            await context.Response.Body.WriteAsync(video.AsMemory(100));
        });
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: Small, time: time);
        JobRecord job = Jobs.Waiting();
        Task<SavedVideo> copy = pipeline.Copier.CopyAsync([server.Link], job, job.CurrentAttempt!, None);
        await UntilReadingAsync(time);
        time.Advance(TimeSpan.FromMinutes(20));
        rest.SetResult();
        Assert.Equal(video.Length, (await copy).Size);
    }

    // The time-out for the head of the answer is over, and the one for silence in its body is set.
    private static async Task UntilReadingAsync(ManualTimeProvider time)
    {
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, None);
            await time.TimersAsync(2, None);
        }
        while (time.UntilNextTimer < TimeSpan.FromMinutes(20));
    }
}
