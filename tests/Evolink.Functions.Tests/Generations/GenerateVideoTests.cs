using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Tests.Generations;

/// <summary>The orchestration with scripted activities, replayed from its history at every step as in Azure.</summary>
public sealed class GenerateVideoTests
{
    private readonly OrchestrationRun _run = new();

    // It was ended by the activity, and is told.
    private static Step Over => new(StepKind.Stop, null);

    private static Step Submitted(DateTimeOffset? at = null) => new(StepKind.Done, at);

    private static Step Again(DateTimeOffset at) => new(StepKind.Again, at);

    [Fact]
    public void A_generation_is_submit_and_collect()
    {
        Script(submits: [Submitted()], collects: [Over]);
        _run.Complete();
        Assert.Equal([nameof(SubmitGeneration), nameof(CollectVideo)], _run.Names);
    }

    [Fact]
    public void With_a_callback_it_is_two_activities_a_timer_and_an_event()
    {
        Script(submits: [Submitted(In(TimeSpan.FromMinutes(3)))], collects: [Over]);
        _run.UntilItWaits();
        _run.Wake(payload: new CallbackNote(1, _run.Now));
        _run.UntilItWaits();
        Assert.True(_run.IsOver);
        // Four steps of the orchestration with a start and an end each, and what happened in them.
        Assert.Equal((4 * 2) + 1 + 2 + 2 + 1 + 1 + 1, _run.Instance.History.Count);
    }

    [Fact]
    public void It_looks_when_the_time_has_come_though_no_callback_came()
    {
        Script(submits: [Submitted(In(TimeSpan.FromSeconds(120)))], collects: [Again(In(TimeSpan.FromSeconds(130))), Over]);
        _run.Complete();
        Assert.Equal(2, Count(nameof(CollectVideo)));
        Assert.True(_run.Now >= In(TimeSpan.FromSeconds(130)));
    }

    [Fact]
    public void A_wake_ends_the_wait_at_once_and_leaves_no_timer_open()
    {
        Script(submits: [Submitted(In(TimeSpan.FromHours(10)))], collects: [Over]);
        _run.UntilItWaits();
        _run.Wake();
        CompletesAtOnce();
    }

    [Fact]
    public void A_callback_that_beats_the_submits_answer_is_not_lost()
    {
        Script(submits: [Submitted(In(TimeSpan.FromHours(10)))], collects: [Over]);
        // The submit is under way, and has no result.
        Assert.Equal(nameof(SubmitGeneration), _run.Instance.Activities.Single().Name);
        _run.Wake(payload: new CallbackNote(1, _run.Now));
        CompletesAtOnce();
        Assert.Equal(new CallbackNote(1, _run.Now), Input(_run.Calls[^1]).Callback);
    }

    [Fact]
    public void Every_wake_is_answered_by_one_look_however_many_come()
    {
        DateTimeOffset later = In(TimeSpan.FromHours(2));
        Script(submits: [Submitted(In(TimeSpan.FromHours(1)))], collects: [Again(later), Again(later), Over]);
        _run.UntilItWaits();
        for (int looks = 1; looks <= 3; looks++)
        {
            _run.Wake();
            _run.UntilItWaits();
            Assert.Equal(looks, Count(nameof(CollectVideo)));
        }

        CompletesAtOnce();
    }

    [Fact]
    public void Four_wakes_at_once_lead_to_one_video()
    {
        Script(submits: [Submitted(In(TimeSpan.FromHours(1)))], collects: [Over]);
        _run.UntilItWaits();
        _run.Wake(times: 4);
        CompletesAtOnce();
        Assert.Equal(1, Count(nameof(CollectVideo)));
    }

    [Fact]
    public void A_callback_before_the_instance_runs_is_not_lost()
    {
        OrchestrationRun run = new() { IsWokenBeforeItRuns = true };
        run.Script(nameof(SubmitGeneration), Submitted(In(TimeSpan.FromHours(10))));
        run.Script(nameof(CollectVideo), Over);
        run.UntilItWaits();
        Assert.True(run.IsOver);
        Assert.Equal(OrchestrationRun.Start, run.Now);
    }

    // The first begins a look; one more answers all that came after it had begun.
    [Fact]
    public void Four_wakes_at_once_lead_to_two_looks()
    {
        DateTimeOffset later = In(TimeSpan.FromHours(2));
        Script(submits: [Submitted(In(TimeSpan.FromHours(1)))], collects: [Again(later), Again(later), Over]);
        _run.UntilItWaits();
        _run.Wake(times: 4);
        _run.UntilItWaits();
        Assert.Equal(2, Count(nameof(CollectVideo)));
        Assert.False(_run.IsOver);
        _run.Wake();
        CompletesAtOnce();
    }

    [Fact]
    public void The_first_callback_is_handed_on_with_every_look()
    {
        DateTimeOffset later = In(TimeSpan.FromHours(2));
        Script(submits: [Submitted(In(TimeSpan.FromHours(1)))], collects: [Again(later), Again(later), Over]);
        _run.UntilItWaits();
        CallbackNote first = new(1, _run.Now);
        _run.Wake();
        _run.UntilItWaits();
        _run.Wake(payload: first);
        _run.UntilItWaits();
        _run.Wake(payload: first with { At = first.At + TimeSpan.FromMinutes(1) });
        CompletesAtOnce();
        Assert.Equal([null, first, first], _run.Calls.Skip(1).Select(call => Input(call).Callback));
    }

    [Fact]
    public void A_submit_that_ends_the_job_is_the_last_activity()
    {
        Script(submits: [Again(In(TimeSpan.FromSeconds(5))), Again(In(TimeSpan.FromSeconds(15))), Over], collects: []);
        _run.Complete();
        Assert.Equal([nameof(SubmitGeneration), nameof(SubmitGeneration), nameof(SubmitGeneration)], _run.Names);
    }

    [Fact]
    public void A_task_that_may_be_generated_again_is_submitted_again_after_its_pause()
    {
        Script(submits: [Submitted(), Submitted()], collects: [new Step(StepKind.SubmitAgain, In(TimeSpan.FromSeconds(45))), Over]);
        _run.Complete();
        Assert.Equal([nameof(SubmitGeneration), nameof(CollectVideo), nameof(SubmitGeneration), nameof(CollectVideo)], _run.Names);
        Assert.True(_run.Now >= In(TimeSpan.FromSeconds(45)));
    }

    [Fact]
    public void An_activity_that_meets_a_fault_of_the_world_is_executed_again()
    {
        Script(submits: [Submitted()], collects: []);
        _run.ScriptCalls(
            nameof(CollectVideo), () => throw new IOException("storage is away"), () => throw new IOException("still away"), () => Over);
        _run.Complete();
        Assert.Equal(3, Count(nameof(CollectVideo)));
    }

    [Fact]
    public void A_callback_during_the_poll_is_not_lost()
    {
        // What it read was from before the callback.
        Script(submits: [Submitted(In(TimeSpan.FromMinutes(1)))], collects: [Again(In(TimeSpan.FromHours(10))), Over]);
        _run.UntilItWaits();
        _run.FireNext();
        Assert.Equal(nameof(CollectVideo), _run.Instance.Activities.Single().Name);
        DateTimeOffset lookedAt = _run.Now;
        _run.Wake();
        _run.UntilItWaits();
        Assert.True(_run.IsOver);
        Assert.Equal(lookedAt, _run.Now);
    }

    [Fact]
    public void A_job_that_was_given_up_while_its_task_was_found_goes_on()
    {
        Step found = new(StepKind.SubmitAgain, null);
        Script(submits: [found, Submitted(), Submitted()], collects: [found, Over]);
        _run.Complete();
        Assert.Equal(
            [nameof(SubmitGeneration), nameof(SubmitGeneration), nameof(CollectVideo), nameof(SubmitGeneration), nameof(CollectVideo)],
            _run.Names);
    }

    [Fact]
    public void Replay_at_every_step_gives_the_same_history()
    {
        string[][] histories = [.. ((bool[])[false, true]).Select(keepsCode =>
        {
            OrchestrationRun run = new() { KeepsCode = keepsCode };
            DateTimeOffset far = In(TimeSpan.FromHours(10));
            run.Script(nameof(SubmitGeneration), Again(far), Submitted(far), Submitted());
            run.ScriptCalls(
                nameof(CollectVideo),
                () => Again(far), () => new Step(StepKind.SubmitAgain, far), () => throw new IOException("storage is away"), () => Over);
            for (int waits = 0; waits < 4; waits++)
            {
                run.UntilItWaits();
                run.Wake();
            }

            run.Complete();
            return run.Instance.History.Select(each => $"{each.Timestamp:O} {each.EventType} {each.EventId}").ToArray();
        })];
        Assert.Equal(histories[0], histories[1]);
    }

    [Fact]
    public void A_wait_of_a_day_keeps_a_small_history()
    {
        Script(
            submits: [Submitted(In(TimeSpan.FromMinutes(2)))],
            collects: [.. Enumerable.Range(1, 84).Select(i => Again(In(TimeSpan.FromMinutes(17 * i)))), Over]);
        _run.Complete();
        Assert.InRange(_run.Instance.History.Count, 1, 8 * 90);
    }

    private static DateTimeOffset In(TimeSpan span) => OrchestrationRun.Start + span;

    private static Collection Input(OrchestrationRun.Call call) => Orchestration.InputOf<Collection>(call.Scheduled);

    private int Count(string activity) => _run.Names.Count(name => name == activity);

    private void CompletesAtOnce()
    {
        _run.UntilItWaits();
        Assert.True(_run.IsOver);
        Assert.Equal(OrchestrationRun.Start, _run.Now);
        _run.Complete();
    }

    private void Script(Step[] submits, Step[] collects)
    {
        _run.Script(nameof(SubmitGeneration), submits);
        _run.Script(nameof(CollectVideo), collects);
    }
}
