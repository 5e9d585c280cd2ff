using Evolink.LocalHost.Chaos;

namespace EndToEnd.Tests.Chaos;

/// <summary>The campaign of the command <c>chaos</c>, small: every life of the host ends at a crash point.</summary>
public sealed class CampaignTests
{
    [Fact]
    public async Task A_host_killed_at_every_crash_point_pays_nothing_twice_and_loses_nothing()
    {
        CampaignResult result = await Campaign.RunAsync(
            new ChaosOptions
            {
                Generations = 30,
                Kills = 4,
                Seed = 1,
                Note = line => TestContext.Current.TestOutputHelper?.WriteLine(line),
            },
            TestContext.Current.CancellationToken);

        Assert.True(result.Passed, string.Join(Environment.NewLine, result.Findings.Select(finding => $"{finding.Kind} {finding.Job}: {finding.Words}")));
        Assert.Equal((0, 0, 0, 0), (result.Report.ChargedTwice, result.Report.Lost, result.Report.Mismatched, result.Report.Orphaned));
        Assert.All(Enum.GetValues<CrashPoint>(), point => Assert.True(result.CrashPoints[point] > 0, $"{point} was not reached."));
        Assert.Equal((4, 30), (result.Report.Kills, result.Report.Completed + result.Report.Failed));
        // Were nothing charged or saved, nothing could have been lost.
        Assert.True(result.Report is { Charged: > 15, Completed: > 15 }, $"{result.Report}");
    }
}
