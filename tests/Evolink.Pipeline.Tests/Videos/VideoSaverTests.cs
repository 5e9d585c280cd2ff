using System.Security.Cryptography;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Videos;

public sealed class VideoSaverTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static async Task<GenerationRef> FinishedAsync(TestPipeline pipeline, params ResultFault[] faults)
    {
        if (faults is not [])
            pipeline.Simulator.Order(new FaultOrder(new FaultScript { Results = faults }));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        return generation;
    }

    private static async Task AssertStoredAsync(TestPipeline pipeline, GenerationRef generation)
    {
        JobRecord job = await pipeline.ReadAsync(generation);
        VideoReport served = (await pipeline.Simulator.ReadLedgerAsync()).Tasks.Single(task => task.Id == job.CurrentAttempt!.TaskId).Video!;
        BlobDownloadResult blob = await pipeline.Storage.Videos.GetBlobClient(job.Video!.Blob).DownloadContentAsync();
        Assert.Equal(served.Length, blob.Details.ContentLength);
        Assert.Equal(served.Sha256, Convert.ToHexStringLower(SHA256.HashData(blob.Content)));
        Assert.Equal(served.Sha256, job.Video.Sha256);
        Assert.Equal(served.Length, job.Video.Size);
        Assert.Equal("video/mp4", blob.Details.ContentType);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4L << 20)]
    [InlineData((8L << 20) + 1)]
    [InlineData(13_000_000L)]
    public async Task The_blob_is_byte_for_byte_what_was_served(long? bytes)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false, VideoBytes = bytes });
        GenerationRef generation = await FinishedAsync(pipeline);
        Assert.Equal(JobState.Completed, (await pipeline.EndAsync(generation)).State);
        await AssertStoredAsync(pipeline, generation);
    }

    [Fact]
    public async Task The_task_is_read_once_for_the_end_and_the_link()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await FinishedAsync(pipeline);
        await pipeline.CollectAsync(generation);
        Assert.Equal(1, Assert.Single((await pipeline.Simulator.ReadLedgerAsync()).Tasks).Reads);
    }

    [Theory]
    [InlineData(ResultsShape.Null, false)]
    [InlineData(ResultsShape.Empty, false)]
    [InlineData(ResultsShape.Missing, false)]
    [InlineData(ResultsShape.Object, true)]
    public async Task A_completed_task_with_results_null_or_empty_is_read_again_and_an_object_is_understood(ResultsShape shape, bool atOnce)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.OddResults(shape) { Times = 1 }] }));
        GenerationRef generation = await FinishedAsync(pipeline);
        if (!atOnce)
        {
            Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
            await pipeline.Store.UpdateAsync(generation.Id, job => job with { SaveRetryAt = null }, None);
        }

        Assert.Equal(JobState.Completed, (await pipeline.EndAsync(generation)).State);
        await AssertStoredAsync(pipeline, generation);
    }

    [Fact]
    public async Task A_crash_between_commit_and_record_is_mended_even_when_the_link_is_dead()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await FinishedAsync(pipeline);
        JobRecord before = await pipeline.ReadAsync(generation);
        await pipeline.EndAsync(generation);
        await pipeline.Store.UpdateAsync(generation.Id, _ => before, None);
        string taskId = (await pipeline.ReadAsync(generation)).CurrentAttempt!.TaskId!;
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Results = [new ResultFault.Refused(403)] }, TaskId: taskId));
        Assert.Equal(JobState.Completed, (await pipeline.EndAsync(generation)).State);
        await AssertStoredAsync(pipeline, generation);
    }

    public static TheoryData<ResultFault> Unfit =>
    [
        new ResultFault.Html(), new ResultFault.Junk(), new ResultFault.Empty(), new ResultFault.Cut(), new ResultFault.Cut(Declared: false),
        new ResultFault.Redirect("http://169.254.169.254/latest"), new ResultFault.Redirect("http://example.com/a.mp4"), new ResultFault.RedirectLoop(),
        new ResultFault.Refused(404), new ResultFault.Refused(503),
    ];

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task What_is_no_whole_video_is_never_visible_and_is_tried_again(ResultFault fault)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await FinishedAsync(pipeline, fault);
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
        Assert.False(await pipeline.Storage.Videos.GetBlobClient($"{generation.Id}.mp4").ExistsAsync());
        Assert.Equal(1, (await pipeline.ReadAsync(generation)).SaveTries);
    }

    [Fact]
    public async Task A_wake_before_its_time_does_not_count_as_a_try()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await FinishedAsync(pipeline, new ResultFault.Refused(503));
        await pipeline.CollectAsync(generation);
        await pipeline.Store.UpdateAsync(generation.Id, job => job with { SaveRetryAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(5) }, None);
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
        Assert.Equal(1, (await pipeline.ReadAsync(generation)).SaveTries);
    }
}
