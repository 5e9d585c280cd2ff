using System.Runtime.InteropServices;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Chaos;

/// <summary>SIGTERM, as an instance gets it that is taken away.</summary>
public sealed class StoppedLocalHostTests : IDisposable
{
    private const int Each = 10;

    // Half of the time for which the messages are hidden of a host that has not handed them back.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string?> Shortened = new() { ["Evolink__PollFloor"] = "00:00:01" };

    private readonly string _data = Directory.CreateTempSubdirectory("evolink-stopped-").FullName;
    private readonly string _port = ServedApp.FreePort();

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Twenty_jobs_in_the_middle_of_submit_and_save_go_on_at_once_after_a_stop_and_a_restart_each_paid_once()
    {
        JobId[] jobs;
        using (CliProcess first = Serve())
        {
            ServedApp run = await ServedApp.AtAsync(first, _data);
            // Saved at the second try, which takes longer than the app lives.
            await run.OrderAsync("saving", Each, """{"results":[{"kind":"refused","status":503,"times":2},{"kind":"slow","bytes_per_second":500,"times":1}]}""");
            JobId[] saving = await run.PostAsync("saving", Each);
            await run.UntilAsync(saving, job => job.State == JobState.Saving);
            await run.UntilDownloadedAsync(3);
            await run.OrderAsync("submitting", Each, """{"submit":{"kind":"slow_answer","seconds":7}}""");
            JobId[] submitting = await run.PostAsync("submitting", Each);
            // Where the machine is slow the first have their answer by now, and go on too.
            await run.UntilAsync(submitting, job => job.State != JobState.Accepted);
            jobs = [.. saving, .. submitting];
            first.Signal(PosixSignal.SIGTERM);
            (int code, _, string errors) = await first.ToEndAsync();
            Assert.True(code is 0 or 143, $"{code}: {errors}");
        }

        using CliProcess second = Serve();
        ServedApp again = await ServedApp.AtAsync(second, _data);
        long started = TimeProvider.System.GetTimestamp();
        Dictionary<JobId, JobRecord> ended = await again.UntilAsync(jobs, job => job.State.IsTerminal);
        TimeSpan took = TimeProvider.System.GetElapsedTime(started);

        await again.AssertCompletedAndPaidOnceAsync(ended);
        Assert.True(took < Longest, $"The last job ended {took.TotalSeconds:0} s after the restart.");
    }

    private CliProcess Serve() => new(["serve", "--port", _port, "--data", _data, "--simulator-time", "3"], Shortened);
}
