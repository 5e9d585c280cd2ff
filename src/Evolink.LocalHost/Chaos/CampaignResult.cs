namespace Evolink.LocalHost.Chaos;

/// <summary>What came of a campaign.</summary>
/// <param name="Report">The counters.</param>
/// <param name="Findings">Everything that must not be.</param>
/// <param name="CrashPoints">How often each crash point was hit.</param>
/// <param name="Standstills">Every time that a kill held up a job.</param>
/// <param name="Evidence">Folder with the host's log, the histories and the records in question; <see langword="null"/> where there are no findings.</param>
internal sealed record CampaignResult(
    ChaosReport Report, IReadOnlyList<Finding> Findings, IReadOnlyDictionary<CrashPoint, int> CrashPoints, IReadOnlyList<Standstill> Standstills, string? Evidence)
{
    public bool Passed => Findings.Count == 0;
}
