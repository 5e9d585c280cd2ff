using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Generations;

/// <summary>Frees the places of jobs that were never written, because intake died, or that ended while nobody could say so.</summary>
public sealed partial class QuotaSweep(
    GenerationStore store, ClientQuota quota, ItemLoop loop, IOptions<EvolinkOptions> options, ILogger<QuotaSweep> log)
{
    private static readonly TimeSpan ShortestElsewhere = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Looks at every reservation that is old enough. What cannot be read, of one client or one job, does not stop the others.
    /// </summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        loop.RunAsync("quota", quota.ClientsAsync(cancellationToken), atOnce: 1, client => client, LookAsync, cancellationToken);

    private async Task LookAsync(string client, CancellationToken cancellationToken)
    {
        IReadOnlyList<JobId> old = await quota.OlderThanAsync(client, GraceOf(client), cancellationToken);
        await loop.RunAsync(
            "quota",
            old.ToAsyncEnumerable(),
            atOnce: 1,
            id => id.Value,
            (id, stopping) => FreeAsync(client, id, stopping),
            cancellationToken);
    }

    // Where a client has no limit here, another app on this storage may be limiting it, and be about to write the job.
    private TimeSpan GraceOf(string client) =>
        quota.IsLimited(client) || options.Value.SweepGrace > ShortestElsewhere ? options.Value.SweepGrace : ShortestElsewhere;

    private async Task FreeAsync(string client, JobId id, CancellationToken cancellationToken)
    {
        JobRecord? job = await store.FindAsync(id, cancellationToken);
        if (job is { State.IsTerminal: false })
            return;
        await quota.FreeAsync(client, id, job, cancellationToken);
        LogFreed(id, client);
    }

    [LoggerMessage(2304, LogLevel.Information, "The place of {JobId} among those of client {Client} was left over, and is free.")]
    private partial void LogFreed(JobId jobId, string client);
}
