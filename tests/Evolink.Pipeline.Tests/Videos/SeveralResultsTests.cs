using System.Net;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>
/// A task with two videos and a picture: what a crash between two saves leaves behind, and what becomes of one that cannot be had.
/// </summary>
public sealed class SeveralResultsTests(AzuriteFixture azurite)
{
    private const long SeveralBlocks = 300_000;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_crash_between_two_saves_leaves_nothing_half_and_the_next_try_saves_the_rest_alone()
    {
        StorageTap tap = new() { Commit = FirstAlone };
        await using TestPipeline pipeline = await StartAsync(tap);
        GenerationRef generation = await SubmittedAsync(pipeline);
        await Assert.ThrowsAsync<RequestFailedException>(() => pipeline.CollectAsync(generation));

        JobRecord crashed = await pipeline.ReadAsync(generation);
        Assert.Equal((JobState.Saving, null), (crashed.State, crashed.Video));
        Assert.Empty(crashed.Files);
        Assert.Equal([$"{generation.Id}.mp4"], await NamesAsync(pipeline, generation));

        tap.Commit = static (_, send) => send();
        int downloads = (await TaskAsync(pipeline, crashed)).Downloads;
        await AssertCompletedAsync(pipeline, generation);
        // The first one was not read again; a video of several blocks takes several requests.
        Assert.True((await TaskAsync(pipeline, crashed)).Downloads - downloads < downloads * 2, "All was read again.");
    }

    [Fact]
    public async Task A_crash_after_the_last_save_is_found_when_the_task_cannot_be_asked_any_more()
    {
        await using TestPipeline pipeline = await StartAsync();
        GenerationRef generation = await SubmittedAsync(pipeline);
        JobRecord before = await pipeline.ReadAsync(generation);
        await AssertCompletedAsync(pipeline, generation);
        await pipeline.Store.UpdateAsync(generation.Id, _ => before, None);
        pipeline.Simulator.Order(new FaultOrder(
            new FaultScript { Reads = [new ReadFault.Fails("content_policy_violation")] }, TaskId: before.CurrentAttempt!.TaskId));

        JobRecord job = await pipeline.EndAsync(generation);
        Assert.Equal((JobState.Completed, 3), (job.State, job.Files.Length));
    }

    [Fact]
    public async Task Some_of_the_results_are_no_end_where_the_task_cannot_be_asked_any_more()
    {
        StorageTap tap = new() { Commit = FirstAlone };
        await using TestPipeline pipeline = await StartAsync(tap);
        GenerationRef generation = await SubmittedAsync(pipeline);
        await Assert.ThrowsAsync<RequestFailedException>(() => pipeline.CollectAsync(generation));
        JobRecord crashed = await pipeline.ReadAsync(generation);
        pipeline.Simulator.Order(new FaultOrder(
            new FaultScript { Reads = [new ReadFault.NotFound()] }, TaskId: crashed.CurrentAttempt!.TaskId));
        await pipeline.CollectAsync(generation);
        Assert.NotEqual(JobState.Completed, (await pipeline.ReadAsync(generation)).State);
    }

    [Fact]
    public async Task One_that_cannot_be_had_keeps_the_others_from_nothing_but_the_job_from_its_end()
    {
        await using TestPipeline pipeline = await StartAsync();
        // The first result: in parts, and as one stream.
        GenerationRef generation = await SubmittedAsync(pipeline, new ResultFault.Refused(503) { Times = 2 });
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
        JobRecord job = await pipeline.ReadAsync(generation);
        Assert.Equal((JobState.Saving, 1), (job.State, job.SaveTries));
        Assert.Equal([$"{generation.Id}-2.mp4", $"{generation.Id}-3.png"], await NamesAsync(pipeline, generation));

        await pipeline.Store.UpdateAsync(generation.Id, record => record with { SaveRetryAt = null }, None);
        await AssertCompletedAsync(pipeline, generation);
    }

    [Fact]
    public async Task Where_one_could_not_be_had_within_the_24_hours_the_job_is_completed_with_the_others()
    {
        await using TestPipeline pipeline = await StartAsync();
        GenerationRef generation = await SubmittedAsync(pipeline, new ResultFault.Refused(503) { Times = 2 });
        await pipeline.CollectAsync(generation);
        DateTimeOffset longAgo = TimeProvider.System.GetUtcNow() - SaveSchedule.ResultLifetime;
        await pipeline.Store.UpdateAsync(generation.Id, record => record with { SaveRetryAt = null, CompletedSeenAt = longAgo }, None);

        pipeline.Simulator.Order(new FaultOrder(
            new FaultScript { Results = [new ResultFault.Refused(503) { Times = 1000 }] },
            TaskId: (await pipeline.ReadAsync(generation)).CurrentAttempt!.TaskId));

        JobRecord job = await pipeline.EndAsync(generation);
        Assert.Equal((JobState.Completed, null, $"{generation.Id}-2.mp4"), (job.State, job.Error, job.Video?.Blob));
        Assert.Equal([$"{generation.Id}-2.mp4", $"{generation.Id}-3.png"], job.Files.Select(file => file.Blob));
    }

    [Fact]
    public async Task Two_workers_save_all_of_them_once()
    {
        await using TestPipeline pipeline = await StartAsync();
        GenerationRef generation = await SubmittedAsync(pipeline);
        await Task.WhenAll(pipeline.CollectAsync(generation), pipeline.CollectAsync(generation));
        await AssertCompletedAsync(pipeline, generation);
    }

    [Theory]
    [InlineData(0, "image/png", "-3.png")]
    [InlineData(1, "image/jpeg", "-3.jpg")]
    [InlineData(2, "audio/mpeg", "-3.mp3")]
    [InlineData(3, "image/webp", "-3.webp")]
    public void The_name_of_a_further_result_follows_from_its_place_and_bytes(int head, string type, string end)
    {
        byte[][] heads =
        [
            [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 0], [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0],
            [.. "ID3"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0], [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8],
        ];
        Assert.Equal(type, MediaType.Of(heads[head]));
        JobId id = JobId.New();
        Assert.Equal($"{id}{end}", new ResultPlace(3, 3, MayBeFirstVideo: true).BlobName(id, 1, type));
        Assert.Equal($"{id}-a2{end}", new ResultPlace(3, 3, MayBeFirstVideo: true).BlobName(id, 2, type));
        Assert.Equal($"{id}.mp4", new ResultPlace(2, 3, MayBeFirstVideo: true).BlobName(id, 1, "video/mp4"));
        Assert.Equal($"{id}-2.webm", new ResultPlace(2, 3, MayBeFirstVideo: false).BlobName(id, 1, "video/webm"));
        Assert.Equal($"{id}-1{end[2..]}", new ResultPlace(1, 3, MayBeFirstVideo: true).BlobName(id, 1, type));
    }

    // Refused for good, with tags and without, as where the process dies.
    private static Task<HttpResponseMessage> FirstAlone(int number, Func<Task<HttpResponseMessage>> send) =>
        number == 1 ? send() : Task.FromResult(StorageTap.Refusal(HttpStatusCode.Forbidden, "AuthorizationFailure"));

    private static async Task AssertCompletedAsync(TestPipeline pipeline, GenerationRef generation)
    {
        if (!(await pipeline.ReadAsync(generation)).State.IsTerminal)
            await pipeline.EndAsync(generation);
        JobRecord job = await pipeline.ReadAsync(generation);
        TaskReport task = await TaskAsync(pipeline, job);
        Assert.Equal(JobState.Completed, job.State);
        Assert.Equal([$"{job.Id}.mp4", $"{job.Id}-2.mp4", $"{job.Id}-3.png"], job.Files.Select(file => file.Blob));
        Assert.Equal(task.Results.Select(result => (result.Length, result.Sha256)), job.Files.Select(file => (file.Size, file.Sha256)));
        Assert.Equal(job.Files[0], job.Video);
        Assert.Equal(job.Files.Select(file => file.Blob).Order(StringComparer.Ordinal), await NamesAsync(pipeline, generation));
    }

    private static async Task<TaskReport> TaskAsync(TestPipeline pipeline, JobRecord job) =>
        (await pipeline.Simulator.ReadLedgerAsync()).Tasks.Single(task => task.Id == job.CurrentAttempt!.TaskId);

    private static async Task<string[]> NamesAsync(TestPipeline pipeline, GenerationRef generation)
    {
        List<string> names = [];
        await foreach (BlobItem blob in pipeline.Storage.Videos.GetBlobsAsync(BlobTraits.None, BlobStates.None, generation.Id.Value, None))
            names.Add(blob.Name);
        return [.. names.Order(StringComparer.Ordinal)];
    }

    private Task<TestPipeline> StartAsync(StorageTap? tap = null) => TestPipeline.StartAsync(
        azurite,
        new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false, VideoBytes = SeveralBlocks },
        static options => options.CopyBlockBytes = 64 << 10,
        services =>
        {
            if (tap is not null)
                services.AddSingleton<OutgoingHttp>(tap);
        });

    private static async Task<GenerationRef> SubmittedAsync(TestPipeline pipeline, params ResultFault[] faults)
    {
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Results = faults }));
        GenerationRef generation = await pipeline.AcceptAsync(VideoGenerationRequest.Of(
            JsonElement.Parse("""{"model":"seedance-2.0-lite","prompt":"A cat","n":2,"return_last_frame":true,"duration":2}""")));
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        return generation;
    }
}
