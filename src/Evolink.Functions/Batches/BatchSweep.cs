using Azure;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Options;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Batches;

/// <summary>Restarts batches that are not over but have no live orchestration, as <see cref="GenerationSweep"/> does with jobs.</summary>
public sealed partial class BatchSweep(BatchStore store, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<BatchSweep> log)
{
    private readonly EvolinkOptions _options = options.Value;

    /// <summary>Looks at every batch that has an active marker and has not moved for a while.</summary>
    public async Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        await foreach ((BatchId id, DateTimeOffset since, ETag version) in store.ActiveAsync(cancellationToken))
        {
            if (since <= time.GetUtcNow() - _options.SweepGrace)
                await LookAsync(durable, id, version, cancellationToken);
        }
    }

    private async Task LookAsync(DurableTaskClient durable, BatchId id, ETag version, CancellationToken cancellationToken)
    {
        switch (await store.FindAsync(id, cancellationToken))
        {
            // Intake died before the record: no batch, and nobody was told of one.
            case null:
            case { EndedAt: not null }:
                await store.RemoveActiveMarkerAsync(id, version, cancellationToken);
                break;
            case { } batch when batch.Hub == _options.Hub && batch.UpdatedAt <= time.GetUtcNow() - _options.SweepGrace:
                if (await GenerationStarter.RestartAsync(durable, new BatchRef(id), cancellationToken))
                    LogRestarted(id);
                break;
        }
    }

    [LoggerMessage(2421, LogLevel.Warning, "Batch {BatchId} is not over, and its orchestration was not there; it was started again.")]
    private partial void LogRestarted(BatchId batchId);
}
