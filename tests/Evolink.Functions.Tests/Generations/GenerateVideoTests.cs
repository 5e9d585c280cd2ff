using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Testing;

namespace Evolink.Functions.Tests.Generations;

/// <summary>The orchestration on the embedded engine, with scripted activities: live, and with replay from the journal at every step.</summary>
public sealed class GenerateVideoTests
{
    public static TheoryData<bool> Modes => [false, true];

    private static Step Done(DateTimeOffset? at = null) => new(StepKind.Done, at);

    private static Step Again(DateTimeOffset at) => new(StepKind.Again, at);

    private static Step Stop => new(StepKind.Stop, null);

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_generation_is_submit_read_save_finish(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done());
        run.Script(nameof(ReadTask), Done());
        run.Script(nameof(SaveVideo), Done());
        Assert.Equal("completed", await run.ResultAsync());
        Assert.Equal([nameof(SubmitGeneration), nameof(ReadTask), nameof(SaveVideo), nameof(FinishGeneration)], run.Calls);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task It_reads_the_task_when_the_time_has_come_though_no_callback_came(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done(run.Now + TimeSpan.FromSeconds(120)));
        run.Script(nameof(ReadTask), Again(run.Now + TimeSpan.FromSeconds(130)), Done());
        run.Script(nameof(SaveVideo), Done());
        Assert.Equal("completed", await run.ResultAsync());
        Assert.Equal(2, run.Calls.Count(call => call == nameof(ReadTask)));
        Assert.True(run.Now >= run.Start + TimeSpan.FromSeconds(130));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_wake_ends_the_wait_at_once_and_leaves_no_timer_open(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done(run.Now + TimeSpan.FromHours(10)));
        run.Script(nameof(ReadTask), Done());
        run.Script(nameof(SaveVideo), Done());
        await run.CalledAsync(nameof(SubmitGeneration), 1);
        await run.WakeAsync();
        Assert.Equal("completed", await run.ResultWithoutClockAsync());
        Assert.Equal(run.Start, run.Now);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_callback_that_beats_the_submits_answer_is_not_lost(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        TaskCompletionSource callbackCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Script(nameof(SubmitGeneration), async () =>
        {
            await callbackCame.Task;
            return Done(run.Now + TimeSpan.FromHours(10));
        });
        run.Script(nameof(ReadTask), Done());
        run.Script(nameof(SaveVideo), Done());
        await run.CalledAsync(nameof(SubmitGeneration), 1);
        await run.WakeAsync();
        callbackCame.SetResult();
        Assert.Equal("completed", await run.ResultWithoutClockAsync());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Every_wake_is_answered_by_one_look_however_many_come(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done(run.Now + TimeSpan.FromHours(1)));
        run.Script(nameof(ReadTask), Again(run.Now + TimeSpan.FromHours(2)), Again(run.Now + TimeSpan.FromHours(2)), Done());
        run.Script(nameof(SaveVideo), Done());
        await run.CalledAsync(nameof(SubmitGeneration), 1);
        for (int looks = 1; looks <= 3; looks++)
        {
            await run.WakeAsync();
            await run.CalledAsync(nameof(ReadTask), looks);
        }

        Assert.Equal("completed", await run.ResultWithoutClockAsync());
        Assert.Equal(3, run.Calls.Count(call => call == nameof(ReadTask)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Four_wakes_at_once_lead_to_one_video(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done(run.Now + TimeSpan.FromHours(1)));
        run.Script(nameof(ReadTask), Done());
        run.Script(nameof(SaveVideo), Done());
        await run.CalledAsync(nameof(SubmitGeneration), 1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => run.TryWakeAsync()));
        Assert.Equal("completed", await run.ResultWithoutClockAsync());
        Assert.Equal(1, run.Calls.Count(call => call == nameof(SaveVideo)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_submit_that_ends_the_job_goes_straight_to_the_end(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Again(run.Now + TimeSpan.FromSeconds(5)), Again(run.Now + TimeSpan.FromSeconds(15)), Stop);
        await run.ResultAsync();
        Assert.Equal([nameof(SubmitGeneration), nameof(SubmitGeneration), nameof(SubmitGeneration), nameof(FinishGeneration)], run.Calls);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_task_that_ends_without_a_video_is_not_saved(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done());
        run.Script(nameof(ReadTask), Stop);
        await run.ResultAsync();
        Assert.Equal([nameof(SubmitGeneration), nameof(ReadTask), nameof(FinishGeneration)], run.Calls);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_task_that_may_be_generated_again_is_submitted_again_after_its_pause(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done(), Done());
        run.Script(nameof(ReadTask), new Step(StepKind.SubmitAgain, run.Now + TimeSpan.FromSeconds(45)), Done());
        run.Script(nameof(SaveVideo), Done());
        Assert.Equal("completed", await run.ResultAsync());
        Assert.Equal(
            [nameof(SubmitGeneration), nameof(ReadTask), nameof(SubmitGeneration), nameof(ReadTask), nameof(SaveVideo), nameof(FinishGeneration)],
            run.Calls);
        Assert.True(run.Now >= run.Start + TimeSpan.FromSeconds(45));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task An_activity_that_meets_a_fault_of_the_world_is_executed_again(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done());
        run.Script(nameof(ReadTask), Done());
        run.Script(nameof(SaveVideo), () => throw new IOException("storage is away"), () => throw new IOException("still away"), () => Task.FromResult(Done()));
        Assert.Equal("completed", await run.ResultAsync());
        Assert.Equal(3, run.Calls.Count(call => call == nameof(SaveVideo)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_callback_during_the_poll_is_not_lost(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        TaskCompletionSource callbackCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Script(nameof(SubmitGeneration), Done());
        run.Script(
            nameof(ReadTask),
            async () =>
            {
                await callbackCame.Task;
                // What it read was from before the callback.
                return Again(run.Now + TimeSpan.FromHours(10));
            },
            () => Task.FromResult(Done()));
        run.Script(nameof(SaveVideo), Done());
        await run.CalledAsync(nameof(ReadTask), 1);
        await run.WakeAsync();
        callbackCame.SetResult();
        Assert.Equal("completed", await run.ResultWithoutClockAsync());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_callback_before_the_instance_runs_is_not_lost(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Done(run.Now + TimeSpan.FromHours(10)));
        run.Script(nameof(ReadTask), Done());
        run.Script(nameof(SaveVideo), Done());
        await run.StartWokenAsync();
        Assert.Equal("completed", await run.ResultWithoutClockAsync());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_job_that_was_given_up_while_its_task_was_found_goes_on(bool replayEveryStep)
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
        run.Script(nameof(SubmitGeneration), Stop, Done());
        run.Script(nameof(ReadTask), Done());
        run.Script(nameof(SaveVideo), Done());
        run.Ends("processing", "completed");
        Assert.Equal("completed", await run.ResultAsync());
        Assert.Equal(
            [nameof(SubmitGeneration), nameof(FinishGeneration), nameof(SubmitGeneration), nameof(ReadTask), nameof(SaveVideo), nameof(FinishGeneration)],
            run.Calls);
    }

    [Fact]
    public async Task Replay_at_every_step_gives_the_same_history()
    {
        List<string[]> histories = [];
        foreach (bool replayEveryStep in (bool[])[false, true])
        {
            await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep);
            DateTimeOffset far = run.Now + TimeSpan.FromHours(10);
            run.Script(nameof(SubmitGeneration), Again(far), Done(far), Done());
            run.Script(nameof(ReadTask), Again(far), new Step(StepKind.SubmitAgain, far), Done());
            run.Script(nameof(SaveVideo), Again(far), Done());
            for (int waits = 1; waits <= 5; waits++)
            {
                await run.WaitingAsync(waits);
                await run.WakeAsync();
            }

            await run.ResultWithoutClockAsync();
            histories.Add([.. (await run.HistoryAsync()).Events.Select(each => $"{each.Number} {each.Kind} {each.TaskId} {each.Name}")]);
        }

        Assert.Equal(histories[0], histories[1]);
    }

    public static TheoryData<string> Histories => [.. Directory.GetFiles(Path.Combine(Clone.Root, "tests", "Evolink.Functions.Tests", "Histories")).Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Histories))]
    public void New_code_takes_over_jobs_in_flight(string history) => OrchestrationRun.CheckHistory(
        File.ReadAllText(Path.Combine(Clone.Root, "tests", "Evolink.Functions.Tests", "Histories", history)));

    [Fact]
    public async Task A_wait_of_a_day_keeps_a_small_history()
    {
        await using OrchestrationRun run = await OrchestrationRun.StartAsync(replayEveryStep: false);
        run.Script(nameof(SubmitGeneration), Done(run.Now + TimeSpan.FromMinutes(2)));
        DateTimeOffset start = run.Now;
        run.Script(nameof(ReadTask), [.. Enumerable.Range(1, 84).Select(i => Again(start + TimeSpan.FromMinutes(17 * i))), Done()]);
        run.Script(nameof(SaveVideo), Done());
        await run.ResultAsync();
        Assert.InRange(await run.HistoryLengthAsync(), 1, 700);
    }
}
