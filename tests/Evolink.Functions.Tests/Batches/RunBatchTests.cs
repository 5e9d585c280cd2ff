using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;

namespace Evolink.Functions.Tests.Batches;

/// <summary>The orchestration of a batch on the embedded engine: live, and with replay from the journal at every step.</summary>
public sealed class RunBatchTests
{
    private static Step Done => new(StepKind.Done, null);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_advances_the_batch_until_it_is_over_and_its_history_stays_small(bool replayEveryStep)
    {
        const int rounds = 130;
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep, Orchestration.OfOneBatch());
        DateTimeOffset start = run.Now;
        run.Script(nameof(AdvanceBatch), [.. Enumerable.Range(1, rounds).Select(i => new Step(StepKind.Again, start + TimeSpan.FromSeconds(i))), Done]);
        await run.ResultAsync();

        Assert.Equal(rounds + 1, run.Calls.Count);
        Assert.InRange(await run.HistoryLengthAsync(), 1, 8 * RunBatch.RoundsInOneHistory);
    }

    [Fact]
    public async Task A_wake_makes_it_look_at_once()
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep: false, Orchestration.OfOneBatch());
        run.Script(nameof(AdvanceBatch), new Step(StepKind.Again, run.Now + TimeSpan.FromHours(1)), Done);
        await run.CalledAsync(nameof(AdvanceBatch), 1);
        await run.WakeAsync();
        await run.ResultWithoutClockAsync();
        Assert.Equal(run.Start, run.Now);
    }
}
