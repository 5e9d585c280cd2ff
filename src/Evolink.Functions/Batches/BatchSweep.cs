using Azure;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Batches;

/// <summary>Restarts batches that are not over but have no live orchestration, and wakes those that do not move, as <see cref="GenerationSweep"/> does with jobs.</summary>
public sealed partial class BatchSweep(
    BatchStore store, Wake wake, ItemLoop loop, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<BatchSweep> log)
{
    private const int AtOnce = 16;

    // Longer than any pause that a batch makes between two looks.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private readonly EvolinkOptions _options = options.Value;

    /// <summary>Looks at every batch that has an active marker and has not moved for a while.</summary>
    public Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken) => loop.RunAsync(
        "batch_sweep",
        store.ActiveAsync(cancellationToken).Where(marker => marker.Since <= time.GetUtcNow() - _options.SweepGrace),
        AtOnce,
        marker => marker.Id.Value,
        (marker, stopping) => LookAsync(durable, marker.Id, marker.Version, stopping),
        cancellationToken);

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
                await ReviveAsync(durable, batch, cancellationToken);
                break;
        }
    }

    private async Task ReviveAsync(DurableTaskClient durable, BatchRecord batch, CancellationToken cancellationToken)
    {
        if (await GenerationStarter.RestartAsync(durable, new BatchRef(batch.Id), cancellationToken) is not { } movedAt)
        {
            LogRestarted(batch.Id);
        }
        else if (movedAt <= time.GetUtcNow() - _options.SweepGrace - LongestPause)
        {
            await wake.SendAsync(durable, batch, cancellationToken);
            LogWoken(batch.Id, movedAt);
        }
    }

    [LoggerMessage(2421, LogLevel.Warning, "Batch {BatchId} is not over, and its orchestration was not there; it was started again.")]
    private partial void LogRestarted(BatchId batchId);

    [LoggerMessage(2422, LogLevel.Warning, "Batch {BatchId} is not over, and its orchestration has not moved since {Moved:u}; it was woken.")]
    private partial void LogWoken(BatchId batchId, DateTimeOffset moved);
}
