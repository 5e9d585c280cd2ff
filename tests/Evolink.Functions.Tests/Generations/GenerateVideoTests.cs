using DurableTask.Core.History;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;

namespace Evolink.Functions.Tests.Generations;

/// <summary>The orchestration with scripted activities, replayed from its history at every step as in Azure.</summary>
public sealed class GenerateVideoTests
{
    private readonly OrchestrationRun _run = new();

    private static Step Stop => new(StepKind.Stop, null);

    private static Step Done(DateTimeOffset? at = null) => new(StepKind.Done, at);

    private static Step Again(DateTimeOffset at) => new(StepKind.Again, at);

    [Fact]
    public void A_generation_is_submit_read_save_finish()
    {
        Script(submits: [Done()], reads: [Done()], saves: [Done()]);
        Assert.Equal("completed", _run.Result());
        Assert.Equal([nameof(SubmitGeneration), nameof(ReadTask), nameof(SaveVideo), nameof(FinishGeneration)], _run.Names);
    }

    [Fact]
    public void It_reads_the_task_when_the_time_has_come_though_no_callback_came()
    {
        Script(submits: [Done(In(TimeSpan.FromSeconds(120)))], reads: [Again(In(TimeSpan.FromSeconds(130))), Done()], saves: [Done()]);
        Assert.Equal("completed", _run.Result());
        Assert.Equal(2, Count(nameof(ReadTask)));
        Assert.True(_run.Now >= In(TimeSpan.FromSeconds(130)));
    }

    [Fact]
    public void A_wake_ends_the_wait_at_once_and_leaves_no_timer_open()
    {
        Script(submits: [Done(In(TimeSpan.FromHours(10)))], reads: [Done()], saves: [Done()]);
        _run.UntilItWaits();
        _run.Wake();
        CompletesAtOnce();
    }

    [Fact]
    public void A_callback_that_beats_the_submits_answer_is_not_lost()
    {
        Script(submits: [Done(In(TimeSpan.FromHours(10)))], reads: [Done()], saves: [Done()]);
        // The submit is under way, and has no result.
        Assert.Equal(nameof(SubmitGeneration), _run.Instance.Activities.Single().Name);
        _run.Wake();
        CompletesAtOnce();
    }

    [Fact]
    public void Every_wake_is_answered_by_one_look_however_many_come()
    {
        Script(
            submits: [Done(In(TimeSpan.FromHours(1)))],
            reads: [Again(In(TimeSpan.FromHours(2))), Again(In(TimeSpan.FromHours(2))), Done()],
            saves: [Done()]);
        _run.UntilItWaits();
        for (int looks = 1; looks <= 3; looks++)
        {
            _run.Wake();
            _run.UntilItWaits();
            Assert.Equal(looks, Count(nameof(ReadTask)));
        }

        CompletesAtOnce();
    }

    [Fact]
    public void Four_wakes_at_once_lead_to_one_video()
    {
        Script(submits: [Done(In(TimeSpan.FromHours(1)))], reads: [Done()], saves: [Done()]);
        _run.UntilItWaits();
        _run.Wake(times: 4);
        CompletesAtOnce();
        Assert.Equal(1, Count(nameof(SaveVideo)));
    }

    [Fact]
    public void A_submit_that_ends_the_job_goes_straight_to_the_end()
    {
        Script(submits: [Again(In(TimeSpan.FromSeconds(5))), Again(In(TimeSpan.FromSeconds(15))), Stop]);
        _run.Result();
        Assert.Equal([nameof(SubmitGeneration), nameof(SubmitGeneration), nameof(SubmitGeneration), nameof(FinishGeneration)], _run.Names);
    }

    [Fact]
    public void A_task_that_ends_without_a_video_is_not_saved()
    {
        Script(submits: [Done()], reads: [Stop]);
        _run.Result();
        Assert.Equal([nameof(SubmitGeneration), nameof(ReadTask), nameof(FinishGeneration)], _run.Names);
    }

    [Fact]
    public void A_task_that_may_be_generated_again_is_submitted_again_after_its_pause()
    {
        Script(submits: [Done(), Done()], reads: [new Step(StepKind.SubmitAgain, In(TimeSpan.FromSeconds(45))), Done()], saves: [Done()]);
        Assert.Equal("completed", _run.Result());
        Assert.Equal(
            [nameof(SubmitGeneration), nameof(ReadTask), nameof(SubmitGeneration), nameof(ReadTask), nameof(SaveVideo), nameof(FinishGeneration)],
            _run.Names);
        Assert.True(_run.Now >= In(TimeSpan.FromSeconds(45)));
    }

    [Fact]
    public void An_activity_that_meets_a_fault_of_the_world_is_executed_again()
    {
        Script(submits: [Done()], reads: [Done()]);
        _run.ScriptCalls(nameof(SaveVideo), () => throw new IOException("storage is away"), () => throw new IOException("still away"), () => Done());
        Assert.Equal("completed", _run.Result());
        Assert.Equal(3, Count(nameof(SaveVideo)));
    }

    [Fact]
    public void A_callback_during_the_poll_is_not_lost()
    {
        // What it read was from before the callback.
        Script(submits: [Done(In(TimeSpan.FromMinutes(1)))], reads: [Again(In(TimeSpan.FromHours(10))), Done()], saves: [Done()]);
        _run.UntilItWaits();
        _run.FireNext();
        Assert.Equal(nameof(ReadTask), _run.Instance.Activities.Single().Name);
        DateTimeOffset readAt = _run.Now;
        _run.Wake();
        _run.UntilItWaits();
        Assert.True(_run.IsOver);
        Assert.Equal(readAt, _run.Now);
    }

    [Fact]
    public void A_job_that_was_given_up_while_its_task_was_found_goes_on()
    {
        Script(submits: [Stop, Done()], reads: [Done()], saves: [Done()]);
        _run.Script(nameof(FinishGeneration), "processing", "completed");
        Assert.Equal("completed", _run.Result());
        Assert.Equal(
            [nameof(SubmitGeneration), nameof(FinishGeneration), nameof(SubmitGeneration), nameof(ReadTask), nameof(SaveVideo), nameof(FinishGeneration)],
            _run.Names);
    }

    [Fact]
    public void A_wait_of_a_day_keeps_a_small_history()
    {
        Script(
            submits: [Done(In(TimeSpan.FromMinutes(2)))],
            reads: [.. Enumerable.Range(1, 84).Select(i => Again(In(TimeSpan.FromMinutes(17 * i)))), Done()],
            saves: [Done()]);
        _run.Result();
        Assert.InRange(_run.Instance.History.Count, 1, 8 * 90);
    }

    private static DateTimeOffset In(TimeSpan span) => OrchestrationRun.Start + span;

    private int Count(string activity) => _run.Names.Count(name => name == activity);

    private void CompletesAtOnce()
    {
        _run.UntilItWaits();
        Assert.True(_run.IsOver);
        Assert.Equal(OrchestrationRun.Start, _run.Now);
        Assert.Equal("completed", _run.Result());
    }

    private void Script(Step[] submits, Step[]? reads = null, Step[]? saves = null)
    {
        _run.Script(nameof(SubmitGeneration), submits);
        _run.Script(nameof(ReadTask), reads ?? []);
        _run.Script(nameof(SaveVideo), saves ?? []);
        _run.Script(nameof(FinishGeneration), "completed");
    }
}
