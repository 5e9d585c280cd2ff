using System.Text.Json;
using Evolink.LocalHost.Chaos;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Chaos;

/// <summary>The command <c>chaos</c>, small: every kill is at a crash point.</summary>
public sealed class CampaignTests
{
    [Fact]
    public async Task Host_and_worker_killed_at_every_crash_point_pay_nothing_twice_lose_nothing_and_leave_no_process()
    {
        MarkedProcesses processes = new();
        // The seed begins with the host and ends with workers: only what a dead host held stands still for a minute.
        using CliProcess chaos = new(["chaos", "--generations", "30", "--kills", "4", "--seed", "4", "--json"], processes.Mark);
        (int code, string output, string errors) = await chaos.ToEndAsync();

        // A crash point that was not reached is a finding too.
        Assert.True(code == 0, errors);
        ChaosReport report = JsonSerializer.Deserialize(output, ChaosJson.Default.ChaosReport)!;
        Assert.Equal((0, 0, 0, 0), (report.ChargedTwice, report.Lost, report.Mismatched, report.Orphaned));
        Assert.Equal((4, 2, 3, 30), (report.Kills, report.HostKills, report.WorkerKills, report.Completed + report.Failed));
        // Were nothing charged, saved or held up, nothing could have been lost.
        Assert.True(report is { Charged: > 10, Completed: > 10, LongestStandstillSeconds: > 1 }, output);
        Assert.Empty(processes.Alive());
    }
}
