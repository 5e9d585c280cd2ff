using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tasks;
using Evolink.Pipeline.Tests.Support;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Tasks;

/// <summary>Jobs whose polls share calls, against the simulated Evolink.</summary>
public sealed class PollBatchTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Tasks_that_batch_reads_leave_out_end_all_the_same()
    {
        await using TestPipeline pipeline = await StartAsync(new AccountRoutes { BatchLeavesOut = 0.5 });
        Assert.All(await EndAllAsync(pipeline, 12), job => Assert.Equal(JobState.Completed, job.State));
        Assert.True(pipeline.Get<TaskPolls>().AreShared);
    }

    [Fact]
    public async Task Where_batch_reads_are_not_offered_all_end_as_well()
    {
        await using TestPipeline pipeline = await StartAsync(AccountRoutes.None);
        Assert.All(await EndAllAsync(pipeline, 4), job => Assert.Equal(JobState.Completed, job.State));
        Assert.False(pipeline.Get<TaskPolls>().AreShared);
    }

    [Fact]
    public async Task A_task_that_evolink_does_not_know_is_not_found_by_its_own_read_and_the_others_end()
    {
        await using TestPipeline pipeline = await StartAsync(new AccountRoutes());
        GenerationRef lost = await WaitingAsync(pipeline);
        await pipeline.Store.UpdateAsync(
            lost.Id, job => job with { Attempts = [job.CurrentAttempt! with { TaskId = "task-unified-1-abcdefgh" }] }, None);
        Task<JobRecord[]> others = EndAllAsync(pipeline, 3);
        await pipeline.CollectAsync(lost);
        Assert.NotNull((await pipeline.ReadAsync(lost)).NotFoundSince);
        Assert.All(await others, job => Assert.Equal(JobState.Completed, job.State));
    }

    private Task<TestPipeline> StartAsync(AccountRoutes routes) => TestPipeline.StartAsync(
        azurite,
        new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false, AccountRoutes = routes },
        options => options.PollBatchWindow = TimeSpan.FromSeconds(1));

    private static async Task<JobRecord[]> EndAllAsync(TestPipeline pipeline, int count)
    {
        GenerationRef[] waiting = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => WaitingAsync(pipeline)));
        return await Task.WhenAll(waiting.Select(pipeline.EndAsync));
    }

    private static async Task<GenerationRef> WaitingAsync(TestPipeline pipeline)
    {
        GenerationRef generation = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(generation, generation.Id.Value, None));
        return generation;
    }
}
