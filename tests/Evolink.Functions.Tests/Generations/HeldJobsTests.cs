using Evolink.Functions.Generations;
using Evolink.Functions.Tasks;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;

namespace Evolink.Functions.Tests.Generations;

/// <summary>Jobs that wait for long: how seldom they look, and who wakes them.</summary>
public sealed class HeldJobsTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly OneProcess _process = new(options => options.Limits.Clients["alice"] = new ClientLimits { MaxInFlight = 1 });

    private IEnumerable<string> Woken => _process.Woken.Select(woken => woken.Instance);

    [Fact]
    public void A_job_that_is_held_for_a_day_makes_at_most_100_events_until_it_is_over()
    {
        OrchestrationRun run = new() { Early = TimeSpan.FromSeconds(0.9) };
        DateTimeOffset free = OrchestrationRun.Start + TimeSpan.FromDays(1);
        run.ScriptCalls(nameof(SubmitGeneration), [.. Enumerable.Repeat<Func<object?>>(Look, 1000)]);
        run.Script(nameof(CollectVideo), new Step(StepKind.Stop, null));
        run.Complete();
        Assert.True(run.Now >= free);
        Assert.InRange(run.Instance.EventsWritten, 50, 100);

        object? Look() => run.Now >= free
            ? new Step(StepKind.Done, null)
            : new Step(StepKind.Again, run.Now + HeldJobs.PauseAfter(run.Now - OrchestrationRun.Start));
    }

    [Fact]
    public async Task A_place_that_is_free_wakes_the_oldest_of_those_who_wait_for_it_and_no_other()
    {
        ClientQuota quota = _process.Get<ClientQuota>();
        JobRecord running = await _process.AcceptAsync();
        Assert.Null(await quota.ReserveAsync(running, None));
        JobRecord[] waiting = [await HeldAsync("alice"), await HeldAsync("alice"), await HeldAsync("alice")];
        await SweepAsync();
        Assert.Empty(Woken);

        await quota.SettleAsync(running, None);
        await SweepAsync();
        Assert.Equal([waiting[0].Id.Value], Woken);
        // It takes the place, and there is none for the others.
        Assert.Null(await quota.ReserveAsync(waiting[0], None));
        await SweepAsync();
        Assert.Single(Woken);
        await quota.SettleAsync(waiting[0], None);
        await SweepAsync();
        Assert.Equal([waiting[0].Id.Value, waiting[1].Id.Value], Woken);
    }

    [Fact]
    public async Task One_who_waits_and_is_over_keeps_nobody_else_waiting()
    {
        JobRecord over = await HeldAsync("alice");
        JobRecord next = await HeldAsync("alice");
        await _process.Store.UpdateAsync(over.Id, job => job.WithCancelRequest(job.UpdatedAt).WithEnd(job.UpdatedAt), None);
        await SweepAsync();
        Assert.Equal([next.Id.Value], Woken);
    }

    [Fact]
    public async Task One_held_job_that_cannot_be_read_blocks_none_of_the_others()
    {
        JobRecord[] waiting = [await HeldAsync("alice"), await HeldAsync("alice")];
        JobRecord[] paused = [await HeldAsync(HeldJobs.Pause), await HeldAsync(HeldJobs.Pause), await HeldAsync(HeldJobs.Pause)];
        foreach (JobRecord spoiled in (JobRecord[])[waiting[0], paused[0]])
            await _process.Get<EvolinkStorage>().Generations.GetBlobClient($"records/{spoiled.Id}.json").UploadAsync(BinaryData.FromString("{"), overwrite: true);
        await SweepAsync();
        Assert.Equal(((string[])[waiting[1].Id.Value, paused[1].Id.Value, paused[2].Id.Value]).Order(), Woken.Order());
    }

    [Fact]
    public async Task When_an_operator_lets_submits_go_all_who_were_held_are_woken_once()
    {
        SubmitGate gate = _process.Get<SubmitGate>();
        await gate.StopAsync("olga", None);
        JobRecord[] held = [await HeldAsync(HeldJobs.Pause), await HeldAsync(HeldJobs.Pause), await HeldAsync(HeldJobs.Pause)];
        await SweepAsync();
        Assert.Empty(Woken);

        await gate.ResumeAsync("olga", None);
        await SweepAsync();
        await SweepAsync();
        Assert.Equal(held.Select(job => job.Id.Value).Order(), Woken.Order());
    }

    [Fact]
    public async Task Cancelled_again_and_again_a_job_is_woken_once()
    {
        JobRecord job = await _process.AcceptAsync();
        CancelTask cancel = new(_process.Store, _process.Get<TaskViews>(), _process.Get<TaskCancellation>());
        for (int i = 0; i < 5; i++)
        {
            await cancel.RunAsync(OneProcess.Request(), job.Id.Value, _process.Durable, None);
            _process.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([job.Id.Value], Woken);
    }

    public void Dispose() => _process.Dispose();

    private Task SweepAsync() => _process.Get<HeldJobsWaking>().RunAsync(_process.Durable, None);

    private async Task<JobRecord> HeldAsync(string holder)
    {
        _process.Time.Advance(TimeSpan.FromMinutes(1));
        JobRecord job = await _process.AcceptAsync();
        await _process.Get<HeldJobs>().NoteAsync(holder, job, None);
        return job;
    }
}
