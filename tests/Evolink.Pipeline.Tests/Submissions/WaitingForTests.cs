using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Submissions;

/// <summary>A job that does not go on says in its record what it waits for.</summary>
public sealed class WaitingForTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<SubmitFault, string> Refusals { get; } = new()
    {
        { SubmitFault.NoAccess, "evolink_unauthorized" },
        { SubmitFault.NoCredits, "balance" },
        { SubmitFault.NoKeyQuota("UTC"), "key_quota" },
        { new SubmitFault.Reject(403, "key_disabled", "permission_error", "The key is switched off."), "evolink_unauthorized" },
        { new SubmitFault.Throttle(), "throttled" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_evolink_refuses_for_now_says_why_as_do_the_jobs_behind_it(SubmitFault fault, string code)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = fault }));
        GenerationRef first = await pipeline.AcceptAsync();
        GenerationRef second = await pipeline.AcceptAsync();

        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(first, "a", None));
        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(second, "b", None));

        JobRecord[] jobs = [await pipeline.ReadAsync(first), await pipeline.ReadAsync(second)];
        Assert.Equal([code, code], jobs.Select(job => job.WaitingFor?.Code));
        Assert.All(jobs, job => Assert.Equal(0, job.Progress));
    }

    [Fact]
    public async Task Where_evolink_cannot_be_reached_the_job_says_so()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options => options.BaseUrl = new Uri("http://127.0.0.1:1/"));
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(generation, "a", None));
        Assert.Equal("evolink_unreachable", (await pipeline.ReadAsync(generation)).WaitingFor?.Code);
    }

    [Fact]
    public async Task An_operators_pause_is_named_once_and_is_over_with_the_submit()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        SubmitGate gate = pipeline.Get<SubmitGate>();
        await gate.StopAsync("ops", None);
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        JobRecord held = await pipeline.ReadAsync(generation);
        await pipeline.Submitter.SubmitAsync(generation, "b", None);
        Assert.Equal(("paused", held.UpdatedAt), (held.WaitingFor?.Code, (await pipeline.ReadAsync(generation)).UpdatedAt));

        await gate.ResumeAsync("ops", None);
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, "c", None));
        Assert.Null((await pipeline.ReadAsync(generation)).WaitingFor);
    }

    [Fact]
    public async Task A_lost_answer_says_that_the_outcome_is_not_known()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Reset(Charged: true) }));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        Assert.Equal("submit_outcome_unknown", (await pipeline.ReadAsync(generation)).WaitingFor?.Code);
    }

    [Fact]
    public async Task A_task_that_cannot_be_read_says_so_until_it_was_read()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(
            azurite, new SimulatorOptions { AllowLoopback = true, FetchImages = false, TaskDuration = TimeSpan.FromMinutes(10) });
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.ErrorStatus(503) { Times = 1 }] }));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        VideoCollector collector = pipeline.Get<VideoCollector>();

        Assert.IsType<Collected.Later>(await collector.CollectAsync(generation, callback: null, None));
        Assert.Equal("evolink_unreachable", (await pipeline.ReadAsync(generation)).WaitingFor?.Code);
        Assert.IsType<Collected.Later>(await collector.CollectAsync(generation, callback: null, None));
        Assert.Null((await pipeline.ReadAsync(generation)).WaitingFor);
    }

    [Fact]
    public async Task A_video_that_cannot_be_had_says_why_it_is_not_saved()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Results = [new ResultFault.Refused(503)] }));
        GenerationRef generation = await pipeline.AcceptAsync();
        await pipeline.Submitter.SubmitAsync(generation, "a", None);

        Assert.IsType<Collected.Later>(await pipeline.Get<VideoCollector>().CollectAsync(generation, callback: null, None));

        WaitingFor waiting = Assert.IsType<WaitingFor>((await pipeline.ReadAsync(generation)).WaitingFor);
        Assert.Equal("saving_failed", waiting.Code);
        Assert.DoesNotContain("http", waiting.Message, StringComparison.Ordinal);
    }
}
