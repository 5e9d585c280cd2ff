using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Tasks;

/// <summary>What the reads of a task make of its job, whatever Evolink answers. One pipeline for all: jobs do not meet.</summary>
public sealed class TaskWatcherTests(TaskWatcherTests.Running running) : IClassFixture<TaskWatcherTests.Running>
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TestPipeline _pipeline = running.Pipeline;

    [Fact]
    public async Task A_task_stuck_in_processing_for_ever_ends_at_the_deadline_with_a_clear_code()
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.Stuck());
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        await AgeAsync(generation, _pipeline.Options.GenerationDeadline);
        JobError error = (await _pipeline.EndAsync(generation)).Error!;
        Assert.Equal("generation_deadline_exceeded", error.Code);
        Assert.Contains("its last status was", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_is_finished_at_the_very_deadline_is_not_given_up()
    {
        GenerationRef generation = await WaitingAsync();
        await AgeAsync(generation, _pipeline.Options.GenerationDeadline + TimeSpan.FromHours(1));
        Assert.Equal(JobState.Completed, (await _pipeline.EndAsync(generation)).State);
    }

    [Fact]
    public async Task A_task_at_0_percent_and_then_completed_is_completed()
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.ZeroUntilDone(), new ReadFault.OddStatus("processing") { Times = 1 });
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.Equal(JobState.Completed, (await _pipeline.EndAsync(generation)).State);
    }

    [Fact]
    public async Task Progress_that_goes_down_is_not_shown_going_down()
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.Stuck());
        await _pipeline.Store.UpdateAsync(generation.Id, job => job with { Progress = 90 }, None);
        await _pipeline.CollectAsync(generation);
        Assert.Equal(90, (await _pipeline.ReadAsync(generation)).Progress);
    }

    [Fact]
    public async Task A_404_just_after_the_submit_is_no_end_and_is_forgotten_when_the_task_is_found()
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.NotFound { Times = 2 }, new ReadFault.Stuck());
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.NotNull((await _pipeline.ReadAsync(generation)).NotFoundSince);
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.Null((await _pipeline.ReadAsync(generation)).NotFoundSince);
    }

    [Fact]
    public async Task A_404_is_believed_after_ten_minutes_of_it_and_not_before()
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.NotFound());
        await _pipeline.CollectAsync(generation);
        await NotFoundForAsync(generation, TimeSpan.FromMinutes(9));
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        await NotFoundForAsync(generation, TimeSpan.FromMinutes(10));
        Assert.Equal("task_not_found", (await _pipeline.EndAsync(generation)).Error!.Code);
    }

    public static TheoryData<ReadFault> Blips =>
    [
        new ReadFault.ErrorStatus(429), new ReadFault.ErrorStatus(500), new ReadFault.ErrorStatus(502, Html: true), new ReadFault.TimesOut(0.05),
        new ReadFault.ErrorStatus(401), new ReadFault.ErrorStatus(403), new ReadFault.ErrorStatus(404, Html: true),
    ];

    [Theory]
    [MemberData(nameof(Blips))]
    public async Task Blips_in_a_row_and_then_success_are_a_success(ReadFault blip)
    {
        GenerationRef generation = await WaitingAsync(blip with { Times = 3 });
        for (int i = 0; i < 3; i++)
            Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.Equal(JobState.Completed, (await _pipeline.EndAsync(generation)).State);
    }

    public static TheoryData<ReadFault, string> Ends => new()
    {
        { new ReadFault.FailsWithoutError(), "unknown_error" },
        { new ReadFault.Fails("a_code_that_nobody_listed"), "a_code_that_nobody_listed" },
        { new ReadFault.Cancelled(), "request_cancelled" },
        { new ReadFault.Cancelled("canceled"), "request_cancelled" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_task_that_failed_without_error_or_with_an_unknown_code_or_was_cancelled_ends_the_job_with_a_code(ReadFault end, string code)
    {
        GenerationRef generation = await WaitingAsync(end);
        Assert.Equal(code, (await _pipeline.EndAsync(generation)).Error!.Code);
    }

    [Fact]
    public async Task An_unknown_status_is_waited_out()
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.OddStatus() { Times = 1 });
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.Equal(JobState.Completed, (await _pipeline.EndAsync(generation)).State);
    }

    [Theory]
    [InlineData("succeeded", null)]
    [InlineData("SUCCESS", null)]
    [InlineData("completed_with_errors", "some_frames_missing")]
    public async Task An_unknown_status_with_a_link_that_does_not_change_over_three_reads_is_completed(string status, string? error)
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.OddStatus(status, WithLink: true, error));
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.Equal(JobState.Completed, (await _pipeline.EndAsync(generation)).State);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("error")]
    public async Task An_unknown_status_with_an_error_that_does_not_change_over_three_reads_is_that_failure(string status)
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.OddStatus(status, ErrorCode: "content_policy_violation"));
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.Equal("content_policy_violation", (await _pipeline.EndAsync(generation)).Error!.Code);
    }

    [Fact]
    public async Task An_unknown_status_that_changes_is_counted_anew_and_one_of_work_that_goes_on_is_never_taken_for_an_end()
    {
        GenerationRef generation = await WaitingAsync(
            new ReadFault.OddStatus("upscaled", WithLink: true) { Times = 2 },
            new ReadFault.OddStatus("finished", WithLink: true) { Times = 2 },
            new ReadFault.OddStatus("in_progress", WithLink: true) { Times = 4 });
        for (int read = 0; read < 8; read++)
            Assert.IsType<Collected.Later>(await _pipeline.CollectAsync(generation));
        Assert.Equal(JobState.Completed, (await _pipeline.EndAsync(generation)).State);
    }

    [Fact]
    public async Task White_space_around_a_status_does_not_count()
    {
        GenerationRef generation = await WaitingAsync(new ReadFault.OddStatus(" completed\n", WithLink: true));
        Assert.Equal(JobState.Completed, (await _pipeline.EndAsync(generation)).State);
    }

    private async Task<GenerationRef> WaitingAsync(params ReadFault[] faults)
    {
        string prompt = Guid.NewGuid().ToString();
        _pipeline.Simulator.Order(new FaultOrder(new FaultScript { Reads = faults }, PromptContains: prompt));
        GenerationRef generation = await _pipeline.AcceptAsync(prompt);
        Assert.IsType<Submission.Accepted>(await _pipeline.Submitter.SubmitAsync(generation, "a", None));
        return generation;
    }

    private Task<JobRecord> AgeAsync(GenerationRef generation, TimeSpan age) => _pipeline.Store.UpdateAsync(
        generation.Id, job => job with { Attempts = [job.CurrentAttempt! with { AcceptedAt = TimeProvider.System.GetUtcNow() - age }] }, None);

    private Task<JobRecord> NotFoundForAsync(GenerationRef generation, TimeSpan age) =>
        _pipeline.Store.UpdateAsync(generation.Id, job => job with { NotFoundSince = TimeProvider.System.GetUtcNow() - age }, None);

    /// <summary>The pipeline of these tests.</summary>
    public sealed class Running(AzuriteFixture azurite) : IAsyncLifetime
    {
        internal TestPipeline Pipeline { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Pipeline = await TestPipeline.StartAsync(azurite);

        public ValueTask DisposeAsync() => Pipeline.DisposeAsync();
    }
}
