using System.Net;
using System.Security.Cryptography;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>The cases under "Save" of the list of what must be survived: a job with a finished task, a simulated Evolink over HTTP, and real storage.</summary>
public sealed class SaveCaseTests(AzuriteFixture azurite)
{
    private const int Block = 64 << 10;
    private const long SeveralBlocks = 300_000;
    private static readonly CancellationToken None = CancellationToken.None;

    private Task<TestPipeline> StartAsync(long? bytes = null, StorageTap? tap = null, LogSink? logs = null, long mostBytes = 1L << 30, TimeSpan? idle = null) => TestPipeline.StartAsync(
        azurite,
        new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false, VideoBytes = bytes },
        options =>
        {
            options.CopyBlockBytes = Block;
            options.SaveMemoryBudgetBytes = 4 * Block;
            options.MaxVideoBytes = mostBytes;
            options.DownloadIdleTimeout = idle ?? options.DownloadIdleTimeout;
        },
        services =>
        {
            if (tap is not null)
                services.AddSingleton<OutgoingHttp>(tap);
            if (logs is not null)
                services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        });

    private static async Task<GenerationRef> FinishedAsync(TestPipeline pipeline, params ResultFault[] faults)
    {
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Results = faults }));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        return generation;
    }

    private static async Task AssertSavedAsync(TestPipeline pipeline, GenerationRef generation)
    {
        JobRecord job = await pipeline.EndAsync(generation);
        VideoReport served = (await pipeline.Simulator.ReadLedgerAsync()).Tasks.Single(task => task.Id == job.CurrentAttempt!.TaskId).Video!;
        BlobDownloadResult blob = await pipeline.Storage.Videos.GetBlobClient(job.Video!.Blob).DownloadContentAsync();
        Assert.Equal((served.Length, served.Sha256), (job.Video.Size, job.Video.Sha256));
        Assert.Equal((served.Length, served.Sha256), (blob.Details.ContentLength, Convert.ToHexStringLower(SHA256.HashData(blob.Content))));
    }

    private static async Task AssertNotSavedAsync(TestPipeline pipeline, GenerationRef generation)
    {
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
        Assert.False(await pipeline.Storage.Videos.GetBlobClient(VideoStore.BlobName(generation.Id, 1)).ExistsAsync());
        await pipeline.Store.UpdateAsync(generation.Id, job => job with { SaveRetryAt = null }, None);
    }

    private async Task AssertSavedAfterOneFailureAsync(ResultFault fault, long? bytes = null, TimeSpan? idle = null)
    {
        await using TestPipeline pipeline = await StartAsync(bytes, idle: idle);
        // A try asks twice: in parts, and as one stream.
        GenerationRef generation = await FinishedAsync(pipeline, fault with { Times = fault.Times ?? 2 });
        await AssertNotSavedAsync(pipeline, generation);
        await AssertSavedAsync(pipeline, generation);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public Task A_403_or_404_on_the_link_then_a_fresh_link_from_a_second_read(int status) => AssertSavedAfterOneFailureAsync(new ResultFault.DeadLink(status));

    [Fact]
    public Task Status_200_with_html() => AssertSavedAfterOneFailureAsync(new ResultFault.Html());

    [Fact]
    public Task The_right_type_with_junk_bytes() => AssertSavedAfterOneFailureAsync(new ResultFault.Junk());

    [Fact]
    public Task Zero_bytes() => AssertSavedAfterOneFailureAsync(new ResultFault.Empty());

    [Theory]
    [InlineData(null)]
    [InlineData(SeveralBlocks)]
    [InlineData(2L * Block)]
    public async Task No_content_length(long? bytes)
    {
        await using TestPipeline pipeline = await StartAsync(bytes);
        await AssertSavedAsync(pipeline, await FinishedAsync(pipeline, new ResultFault.NoLength()));
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, SeveralBlocks)]
    [InlineData(false, SeveralBlocks)]
    public Task A_body_cut_with_a_clean_close(bool declared, long? bytes) => AssertSavedAfterOneFailureAsync(new ResultFault.Cut(0.7, declared), bytes);

    // In parts it takes three requests to read half of several blocks.
    [Theory]
    [InlineData(null, 2)]
    [InlineData(SeveralBlocks, 4)]
    public Task A_half_of_the_video_that_is_served_as_if_it_were_all(long? bytes, int requests) =>
        AssertSavedAfterOneFailureAsync(new ResultFault.Half { Times = requests }, bytes);

    [Theory]
    [InlineData("aws-chunked", false)]
    [InlineData("gzip", false)]
    [InlineData("gzip", true)]
    public async Task A_content_encoding_that_nobody_asked_for(string label, bool really)
    {
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks);
        await AssertSavedAsync(pipeline, await FinishedAsync(pipeline, new ResultFault.Encoded(label, really)));
    }

    [Theory]
    [InlineData(403, false)]
    [InlineData(503, false)]
    [InlineData(403, true)]
    [InlineData(503, true)]
    public async Task Ranges_are_refused(int status, bool later)
    {
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks);
        await AssertSavedAsync(pipeline, await FinishedAsync(pipeline, new ResultFault.RefusesRange(status, later)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SeveralBlocks)]
    public Task A_stall(long? bytes) => AssertSavedAfterOneFailureAsync(new ResultFault.Stall(), bytes, idle: TimeSpan.FromSeconds(1));

    [Fact]
    public Task A_redirect_loop() => AssertSavedAfterOneFailureAsync(new ResultFault.RedirectLoop { Times = 6 });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Larger_than_the_cap(bool declared)
    {
        await using TestPipeline pipeline = await StartAsync(mostBytes: 200_000);
        GenerationRef generation = await FinishedAsync(pipeline, new ResultFault.Oversized(400_000, declared));
        Assert.Equal("result_unusable", (await pipeline.EndAsync(generation)).Error!.Code);
        Assert.False(await pipeline.Storage.Videos.GetBlobClient(VideoStore.BlobName(generation.Id, 1)).ExistsAsync());
    }

    [Fact]
    public async Task Endless()
    {
        await using TestPipeline pipeline = await StartAsync(mostBytes: 200_000);
        GenerationRef generation = await FinishedAsync(pipeline, new ResultFault.Endless());
        Assert.Equal("result_unusable", (await pipeline.EndAsync(generation)).Error!.Code);
    }

    [Fact]
    public async Task The_server_ignores_range()
    {
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks);
        await AssertSavedAsync(pipeline, await FinishedAsync(pipeline, new ResultFault.IgnoresRange()));
    }

    [Fact]
    public async Task The_etag_changes_between_ranges()
    {
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks);
        await AssertSavedAsync(pipeline, await FinishedAsync(pipeline, new ResultFault.ChangesETag()));
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, "BlobAlreadyExists")]
    [InlineData(HttpStatusCode.PreconditionFailed, "ConditionNotMet")]
    public async Task Storage_answers_409_or_412_because_the_answer_to_the_commit_was_lost(HttpStatusCode status, string code)
    {
        StorageTap tap = new()
        {
            Commit = async (_, send) =>
            {
                (await send()).Dispose();
                return StorageTap.Refusal(status, code);
            },
        };
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks, tap);
        await AssertSavedAsync(pipeline, await FinishedAsync(pipeline));
    }

    [Fact]
    public async Task Storage_answers_503()
    {
        StorageTap tap = new() { Block = (number, _, send) => number == 2 ? Task.FromResult(StorageTap.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy")) : send() };
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks, tap);
        await AssertSavedAsync(pipeline, await FinishedAsync(pipeline));
    }

    [Theory]
    [InlineData(long.MaxValue, 10)]
    [InlineData(0, 5)]
    public async Task A_crash_between_staging_and_commit(long resumedFrom, int blocksSent)
    {
        StorageTap tap = new() { Commit = (number, send) => number == 1 ? throw new InvalidOperationException("The process dies here.") : send() };
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks, tap);
        pipeline.Copier.ResumedFrom = resumedFrom;
        GenerationRef generation = await FinishedAsync(pipeline);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.CollectAsync(generation));
        Assert.False(await pipeline.Storage.Videos.GetBlobClient(VideoStore.BlobName(generation.Id, 1)).ExistsAsync());
        await AssertSavedAsync(pipeline, generation);
        Assert.Equal(blocksSent, tap.Blocks);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public async Task A_crash_between_commit_and_status(long resumedFrom)
    {
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks);
        pipeline.Copier.ResumedFrom = resumedFrom;
        GenerationRef generation = await FinishedAsync(pipeline);
        JobRecord before = await pipeline.ReadAsync(generation);
        await AssertSavedAsync(pipeline, generation);
        await pipeline.Store.UpdateAsync(generation.Id, _ => before, None);
        await AssertSavedAsync(pipeline, generation);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SeveralBlocks)]
    public async Task Two_workers_save_the_same_result(long? bytes)
    {
        await using TestPipeline pipeline = await StartAsync(bytes);
        GenerationRef generation = await FinishedAsync(pipeline);
        JobRecord[] ends = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => pipeline.EndAsync(generation)));
        Assert.All(ends, end => Assert.Equal(JobState.Completed, end.State));
        await AssertSavedAsync(pipeline, generation);
    }

    [Fact]
    public async Task A_link_with_odd_characters_and_2_KB_of_query_stays_byte_exact_and_is_never_logged()
    {
        LogSink logs = new();
        await using TestPipeline pipeline = await StartAsync(SeveralBlocks, logs: logs);
        GenerationRef generation = await FinishedAsync(pipeline, new ResultFault.OddLink(), new ResultFault.Refused(403) { Times = 2 });
        await AssertNotSavedAsync(pipeline, generation);
        await AssertSavedAsync(pipeline, generation);
        string[] own = [.. logs.Lines.Where(line => line.Contains("Evolink.Pipeline", StringComparison.Ordinal))];
        Assert.Contains(own, line => line.Contains("1301", StringComparison.Ordinal));
        Assert.DoesNotContain(own, line => line.Contains("/files/", StringComparison.Ordinal) || line.Contains("sig", StringComparison.OrdinalIgnoreCase));
    }
}
