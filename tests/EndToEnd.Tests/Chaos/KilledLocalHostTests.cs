using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Chaos;

/// <summary>kill -9 of the whole local run, as a user's machine may do it.</summary>
public sealed class KilledLocalHostTests : IDisposable
{
    private const int Each = 5;
    private static readonly TimeSpan LastMustEnd = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    // A submit that was cut off is given up after these, not after minutes.
    private static readonly Dictionary<string, string?> Shortened = new()
    {
        ["Evolink__SubmitTimeout"] = "00:00:26",
        ["Evolink__SubmitLeaseMargin"] = "00:00:03",
        ["Evolink__PollFloor"] = "00:00:01",
    };

    private readonly string _data = Directory.CreateTempSubdirectory("evolink-killed-").FullName;
    private readonly string _port = ServedApp.FreePort();

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Thirty_jobs_in_every_phase_survive_a_kill_and_end_within_a_minute_of_the_next_start_each_paid_once()
    {
        JobId[] jobs;
        DateTimeOffset killed;
        using (CliProcess first = Serve())
        {
            ServedApp run = await ServedApp.AtAsync(first, _data);
            jobs = await StartAsync(run);
            killed = TimeProvider.System.GetUtcNow();
            first.Kill();
            await first.ToEndAsync();
        }

        long started = TimeProvider.System.GetTimestamp();
        using (CliProcess second = Serve())
        {
            ServedApp run = await ServedApp.AtAsync(second, _data);
            Dictionary<JobId, JobRecord> ended = await run.UntilAsync(jobs, job => job.State.IsTerminal);
            TimeSpan took = TimeProvider.System.GetElapsedTime(started);

            Assert.Equal(
                [JobState.Accepted, JobState.Submitting, JobState.Parked, JobState.Waiting, JobState.Saving, JobState.Completed],
                ended.Values.Select(job => job.Timeline.Last(change => change.At <= killed).State).Distinct().Order());
            await run.AssertCompletedAndPaidOnceAsync(ended);
            Assert.True(took < LastMustEnd, $"The last job ended {took.TotalSeconds:0} s after the start.");
        }
    }

    // Five in each phase. Those that are refused for now close the gate for all that come after them, which then stay accepted.
    private static async Task<JobId[]> StartAsync(ServedApp run)
    {
        JobId[] completed = await run.PostAsync("completed", Each);
        await run.UntilAsync(completed, job => job.State == JobState.Completed);
        // The record says that a video is being saved when that did not go well at once.
        await run.OrderAsync("saving", Each, """{"results":[{"kind":"refused","status":503,"times":2},{"kind":"slow","bytes_per_second":1000,"times":1}]}""");
        JobId[] saving = await run.PostAsync("saving", Each);
        await run.UntilAsync(saving, job => job.State == JobState.Saving);
        await run.OrderAsync("submitting", Each, """{"submit":{"kind":"slow_answer","seconds":24}}""");
        JobId[] submitting = await run.PostAsync("submitting", Each);
        await run.UntilAsync(submitting, job => job.State != JobState.Accepted);
        JobId[] waiting = await run.PostAsync("waiting", Each);
        await run.UntilAsync(waiting, job => job.State == JobState.Waiting);
        await run.OrderAsync("parked", Each, """{"submit":{"kind":"throttle","seconds":10}}""");
        JobId[] parked = await run.PostAsync("parked", Each);
        while (!(await run.ReadAsync(parked)).Values.Any(job => job.State == JobState.Parked))
            await Task.Delay(Look, TimeProvider.System, TestContext.Current.CancellationToken);
        return [.. completed, .. saving, .. submitting, .. waiting, .. parked, .. await run.PostAsync("accepted", Each)];
    }

    private CliProcess Serve() => new(["serve", "--port", _port, "--data", _data, "--simulator-time", "8"], Shortened);
}
