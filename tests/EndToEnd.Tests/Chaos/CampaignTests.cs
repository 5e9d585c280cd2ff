using Evolink.LocalHost.Chaos;

namespace EndToEnd.Tests.Chaos;

/// <summary>The campaign of the command <c>chaos</c>, small: every kill is at a crash point.</summary>
public sealed class CampaignTests
{
    [Fact]
    public async Task Host_and_worker_killed_at_every_crash_point_pay_nothing_twice_lose_nothing_and_leave_no_process()
    {
        using MarkedProcesses processes = new();
        CampaignResult result = await Campaign.RunAsync(
            new ChaosOptions
            {
                Generations = 30,
                Kills = 4,
                // Begins with the host and ends with workers: only what a dead host held stands still for a minute.
                Seed = 4,
                Note = line => TestContext.Current.TestOutputHelper?.WriteLine(line),
            },
            TestContext.Current.CancellationToken);

        Assert.True(result.Passed, string.Join(Environment.NewLine, result.Findings.Select(finding => $"{finding.Kind} {finding.Job}: {finding.Words}")));
        Assert.Equal((0, 0, 0, 0), (result.Report.ChargedTwice, result.Report.Lost, result.Report.Mismatched, result.Report.Orphaned));
        Assert.All(Enum.GetValues<CrashPoint>(), point => Assert.True(result.CrashPoints[point] > 0, $"{point} was not reached."));
        Assert.Equal((4, 2, 3, 30), (result.Report.Kills, result.Report.HostKills, result.Report.WorkerKills, result.Report.Completed + result.Report.Failed));
        // Were nothing charged, saved or held up, nothing could have been lost.
        Assert.True(result.Report is { Charged: > 15, Completed: > 15, LongestStandstillSeconds: > 1 }, $"{result.Report}");
        Assert.Empty(processes.Alive());
    }
}
