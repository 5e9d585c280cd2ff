using System.Net;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>What collecting a video writes, and what a crash between its steps leaves behind.</summary>
public sealed class VideoCollectorTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly FaultScript Refused = new() { Reads = [new ReadFault.Fails("content_policy_violation")] };

    [Fact]
    public async Task Where_all_goes_well_the_end_is_the_only_write_and_holds_all_that_was_found()
    {
        StorageTap tap = new();
        await using TestPipeline pipeline = await StartAsync(tap);
        GenerationRef generation = await SubmittedAsync(pipeline);
        CallbackNote callback = new(1, TimeProvider.System.GetUtcNow());
        int writes = tap.RecordWrites;
        Assert.IsType<Collected.Ended>(await pipeline.CollectAsync(generation, callback));

        Assert.Equal(1, tap.RecordWrites - writes);
        JobRecord job = await pipeline.ReadAsync(generation);
        Assert.Equal(
            [JobState.Submitting, JobState.Waiting, JobState.Saving, JobState.Completed],
            job.Timeline.Select(change => change.State).TakeLast(4));
        Assert.Equal(callback.At, job.CurrentAttempt!.CalledBackAt);
        Assert.NotNull(job.CurrentAttempt.CreditsUsed);
        Assert.True(job.CompletedSeenAt <= job.Video!.SavedAt && job.Video.SavedAt <= job.EndedAt);
    }

    [Fact]
    public async Task That_Evolink_is_done_is_written_when_the_first_save_fails()
    {
        await using TestPipeline pipeline = await StartAsync();
        GenerationRef generation = await SubmittedAsync(
            pipeline, new FaultScript { Results = [new ResultFault.Refused(503) { Times = 2 }] });
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
        JobRecord job = await pipeline.ReadAsync(generation);
        Assert.Equal((JobState.Saving, 1), (job.State, job.SaveTries));
        Assert.NotNull(job.CompletedSeenAt);
    }

    [Fact]
    public async Task A_save_that_storage_refuses_leaves_the_time_at_which_Evolink_was_done()
    {
        StorageTap tap = new()
        {
            Block = static (_, _, _) => Task.FromResult(StorageTap.Refusal(HttpStatusCode.Forbidden, "AuthorizationFailure")),
        };
        await using TestPipeline pipeline = await StartAsync(tap, options => options.CopyBlockBytes = 64 << 10, bytes: 300_000);
        GenerationRef generation = await SubmittedAsync(pipeline);
        await Assert.ThrowsAsync<Azure.RequestFailedException>(() => pipeline.CollectAsync(generation));
        JobRecord job = await pipeline.ReadAsync(generation);
        Assert.Equal(JobState.Saving, job.State);
        Assert.NotNull(job.CompletedSeenAt);
    }

    public static TheoryData<string> WhatComesAfter => ["failed", "regenerated", "not_found", "deadline", "cancelled"];

    [Theory]
    [MemberData(nameof(WhatComesAfter))]
    public async Task A_video_that_a_crash_left_unrecorded_is_found_before_its_job_is_given_up(string after)
    {
        await using TestPipeline pipeline = await StartAsync(
            configure: options => options.MaxRegenerations = after == "regenerated" ? 1 : 0);
        GenerationRef generation = await SubmittedAsync(pipeline);
        JobRecord before = await pipeline.ReadAsync(generation);
        SavedVideo saved = (await pipeline.EndAsync(generation)).Video!;

        DateTimeOffset longAgo = TimeProvider.System.GetUtcNow() - (3 * pipeline.Options.GenerationDeadline);
        JobRecord crashed = after switch
        {
            "not_found" => before with { NotFoundSince = longAgo },
            "deadline" => before with { Attempts = [before.CurrentAttempt! with { AcceptedAt = longAgo }] },
            "cancelled" => before.WithCancelRequest(before.UpdatedAt),
            _ => before,
        };
        await pipeline.Store.UpdateAsync(generation.Id, _ => crashed, None);
        ReadFault[] reads = after switch
        {
            "failed" => [new ReadFault.Fails("content_policy_violation")],
            "regenerated" => [new ReadFault.Fails("service_error")],
            "not_found" => [new ReadFault.NotFound()],
            "deadline" => [new ReadFault.OddStatus("processing")],
            _ => [],
        };
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Reads = reads }, TaskId: before.CurrentAttempt!.TaskId));

        JobRecord job = await pipeline.EndAsync(generation);
        Assert.Equal((JobState.Completed, saved.Sha256), (job.State, job.Video!.Sha256));
        Assert.Null(job.Error);
    }

    [Fact]
    public async Task A_failed_task_that_may_be_paid_for_again_is_no_end()
    {
        await using TestPipeline pipeline = await StartAsync(configure: options => options.MaxRegenerations = 1);
        GenerationRef generation = await SubmittedAsync(pipeline, new FaultScript { Reads = [new ReadFault.Fails("service_error")] });
        Collected.Resubmit again = Assert.IsType<Collected.Resubmit>(await pipeline.CollectAsync(generation));
        JobRecord job = await pipeline.ReadAsync(generation);
        Assert.Equal((JobState.Submitting, job.Regeneration!.NotBefore), (job.State, again.At));
        // Executed again, because its result was lost.
        Assert.Equal(again, await pipeline.CollectAsync(generation));
    }

    [Fact]
    public async Task The_end_of_a_failed_task_tells_what_was_reserved_and_returned_and_executed_again_returns_nothing_more()
    {
        await using TestPipeline pipeline = await StartAsync();
        GenerationRef generation = await SubmittedAsync(pipeline, Refused);
        JobRecord job = await pipeline.EndAsync(generation);
        Attempt attempt = job.CurrentAttempt!;
        Assert.True(attempt.CreditsReserved > 0);
        Assert.Equal((null, attempt.CreditsReserved), (attempt.CreditsUsed, attempt.CreditsReturned));
        await pipeline.CollectAsync(generation);
        Assert.Equal(attempt, (await pipeline.ReadAsync(generation)).CurrentAttempt);
    }

    [Fact]
    public async Task Where_evolink_proves_no_return_none_is_told()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, new SimulatorOptions
        {
            AllowLoopback = true,
            TaskDuration = TimeSpan.Zero,
            FetchImages = false,
            Billing = BillingSupport.Off,
        });
        GenerationRef generation = await SubmittedAsync(pipeline, Refused);
        Assert.Null((await pipeline.EndAsync(generation)).CurrentAttempt!.CreditsReturned);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_return_that_is_under_way_is_waited_for_and_for_a_minute_at_most(int regenerations)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite,
            new SimulatorOptions
            {
                AllowLoopback = true,
                TaskDuration = TimeSpan.Zero,
                FetchImages = false,
                RefundTakes = TimeSpan.FromHours(1),
            },
            options => options.MaxRegenerations = regenerations);
        GenerationRef generation = await SubmittedAsync(pipeline, new FaultScript { Reads = [new ReadFault.Fails("service_error")] });
        Assert.IsType<Collected.Later>(await pipeline.CollectAsync(generation));
        JobRecord waiting = await pipeline.ReadAsync(generation);
        Assert.Equal((JobState.Waiting, "refund", null), (waiting.State, waiting.WaitingFor?.Code, waiting.Error));

        await pipeline.Store.UpdateAsync(
            generation.Id,
            job => job with { Attempts = [job.CurrentAttempt! with { RefundAwaitedSince = job.UpdatedAt - TimeSpan.FromMinutes(1) }] },
            None);
        Assert.IsNotType<Collected.Later>(await pipeline.CollectAsync(generation));
        JobRecord after = await pipeline.ReadAsync(generation);
        Assert.Equal(regenerations == 0 ? JobState.Failed : JobState.Submitting, after.State);
        Assert.Null(after.CurrentAttempt!.CreditsReturned);
    }

    [Fact]
    public async Task What_is_returned_for_an_attempt_that_is_made_again_is_noted_before_the_next_one()
    {
        await using TestPipeline pipeline = await StartAsync(configure: options => options.MaxRegenerations = 1);
        GenerationRef generation = await SubmittedAsync(pipeline, new FaultScript { Reads = [new ReadFault.Fails("service_error")] });
        Assert.IsType<Collected.Resubmit>(await pipeline.CollectAsync(generation));
        Attempt attempt = (await pipeline.ReadAsync(generation)).CurrentAttempt!;
        Assert.Equal(attempt.CreditsReserved, attempt.CreditsReturned);
    }

    [Fact]
    public async Task An_execution_after_the_end_says_the_same_and_writes_nothing()
    {
        StorageTap tap = new();
        await using TestPipeline pipeline = await StartAsync(tap);
        GenerationRef generation = await SubmittedAsync(pipeline);
        JobRecord ended = await pipeline.EndAsync(generation);
        int writes = tap.RecordWrites;
        Assert.IsType<Collected.Ended>(await pipeline.CollectAsync(generation, new CallbackNote(1, TimeProvider.System.GetUtcNow())));
        Assert.Equal(0, tap.RecordWrites - writes);
        Assert.Equal(ended.EndedAt, (await pipeline.ReadAsync(generation)).EndedAt);
    }

    private Task<TestPipeline> StartAsync(
        StorageTap? tap = null, Action<EvolinkOptions>? configure = null, long? bytes = null) => TestPipeline.StartAsync(
        azurite,
        new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false, VideoBytes = bytes },
        configure,
        services =>
        {
            if (tap is not null)
                services.AddSingleton<OutgoingHttp>(tap);
        });

    private static async Task<GenerationRef> SubmittedAsync(TestPipeline pipeline, FaultScript? faults = null)
    {
        if (faults is not null)
            pipeline.Simulator.Order(new FaultOrder(faults));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        return generation;
    }
}
