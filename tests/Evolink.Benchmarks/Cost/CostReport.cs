namespace Evolink.Benchmarks.Cost;

/// <summary>What one generation of a kind costs.</summary>
/// <param name="Variant">Which kind.</param>
/// <param name="Generations">How many were counted; all else is per generation.</param>
/// <param name="EvolinkCalls">HTTP calls to Evolink's API.</param>
/// <param name="Downloads">Requests for the video.</param>
/// <param name="Activities">Activities scheduled.</param>
/// <param name="TimersCreated">Timers created; those that are cancelled cost nothing.</param>
/// <param name="TimersFired">Timers that came due.</param>
/// <param name="Events">External events taken in.</param>
/// <param name="SchedulerActions">By the published formula: 1 + 2 x activities + timers fired + events.</param>
/// <param name="BlobWrites">Blob operations billed as writes.</param>
/// <param name="BlobReads">Blob operations billed as reads.</param>
/// <param name="BlobDeletes">Deletes, which are free.</param>
/// <param name="Billable">Scheduler actions, blob writes and blob reads, added up as if they cost the same.</param>
/// <param name="Outgoing">Every request, by operation and place.</param>
internal sealed record CostResult(
    string Variant,
    int Generations,
    double EvolinkCalls,
    double Downloads,
    double Activities,
    double TimersCreated,
    double TimersFired,
    double Events,
    double SchedulerActions,
    double BlobWrites,
    double BlobReads,
    double BlobDeletes,
    double Billable,
    Dictionary<string, double> Outgoing);

/// <summary>Everything.</summary>
internal sealed record CostReport(string Command, Machine Machine, double TaskSeconds, IReadOnlyList<CostResult> Results);
