using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;

namespace Evolink.Functions.Tests.Batches;

/// <summary>The orchestration of a batch with an activity that plays a script.</summary>
public sealed class RunBatchTests
{
    private readonly OrchestrationRun _run = new(Orchestration.OfOneBatch());

    private static Step Done => new(StepKind.Done, null);

    private static IEnumerable<Step> Rounds(int rounds) =>
        Enumerable.Range(1, rounds).Select(i => new Step(StepKind.Again, OrchestrationRun.Start + TimeSpan.FromSeconds(10 * i)));

    [Fact]
    public void It_advances_the_batch_until_it_is_over_and_its_history_stays_small()
    {
        const int rounds = 130;
        _run.Script(nameof(AdvanceBatch), [.. Rounds(rounds), Done]);
        _run.Complete();

        Assert.Equal(rounds + 1, _run.Calls.Count);
        Assert.InRange(_run.Instance.History.Count, 1, 8 * RunBatch.RoundsInOneHistory);
        Assert.True(_run.Instance.EventsWritten > _run.Instance.History.Count);
    }

    [Fact]
    public void A_wake_that_comes_with_the_cut_of_the_history_is_not_lost()
    {
        DateTimeOffset far = OrchestrationRun.Start + TimeSpan.FromDays(1);
        _run.Script(
            nameof(AdvanceBatch),
            [.. Rounds(RunBatch.RoundsInOneHistory - 1), new Step(StepKind.Again, far), new Step(StepKind.Again, far), Done]);
        _run.UntilItWaits();
        for (int round = 1; round < RunBatch.RoundsInOneHistory; round++)
        {
            _run.FireNext();
            _run.UntilItWaits();
        }

        // The first ends the last wait of this history, the second finds it cut.
        _run.Wake(times: 2);
        _run.UntilItWaits();
        Assert.True(_run.IsOver);
        Assert.Equal(RunBatch.RoundsInOneHistory + 2, _run.Calls.Count);
    }

    [Fact]
    public void A_wake_makes_it_look_at_once()
    {
        _run.Script(nameof(AdvanceBatch), new Step(StepKind.Again, OrchestrationRun.Start + TimeSpan.FromHours(1)), Done);
        _run.UntilItWaits();
        _run.Wake();
        _run.UntilItWaits();
        Assert.True(_run.IsOver);
        Assert.Equal(OrchestrationRun.Start, _run.Now);
    }
}
