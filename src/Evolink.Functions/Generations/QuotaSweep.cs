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
    /// <summary>Looks at every reservation that is old enough.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => loop.RunAsync(
        "quota",
        quota.OlderThanAsync(options.Value.SweepGrace, cancellationToken),
        atOnce: 1,
        reservation => reservation.Id.Value,
        (reservation, stopping) => FreeAsync(reservation.Client, reservation.Id, stopping),
        cancellationToken);

    private async Task FreeAsync(string client, JobId id, CancellationToken cancellationToken)
    {
        JobRecord? job = await store.FindAsync(id, cancellationToken);
        if (job is { State.IsTerminal: false })
            return;
        if (job is null)
            await quota.ReleaseAsync(client, id, cancellationToken);
        else
            await quota.SettleAsync(job, cancellationToken);
        LogFreed(id, client);
    }

    [LoggerMessage(2304, LogLevel.Information, "The place of {JobId} among those of client {Client} was left over, and is free.")]
    private partial void LogFreed(JobId jobId, string client);
}
