using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Generations;

/// <summary>
/// Restarts jobs that are not over but have no live orchestration: intake died before it started one, the backend lost it, or its retries
/// ran out. Starting one that lives changes nothing, so two sweeps at once do no harm. What could not be told of a job's end is told here.
/// </summary>
public sealed partial class GenerationSweep(GenerationStore store, EndTeller teller, IOptions<EvolinkOptions> options, PipelineMetrics metrics, TimeProvider time, ILogger<GenerationSweep> log)
{
    // Evolink keeps results for 24 hours: somebody should look while there is time.
    private static readonly TimeSpan NearExpiry = TimeSpan.FromHours(20);

    private readonly EvolinkOptions _options = options.Value;

    /// <summary>Looks at every job that has an active marker and has not moved for a while.</summary>
    public async Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        long count = 0;
        DateTimeOffset? oldest = null;
        await foreach (ActiveMarker marker in store.ActiveAsync(cancellationToken))
        {
            count++;
            oldest = oldest < marker.Since ? oldest : marker.Since;
            if (marker.Since <= time.GetUtcNow() - _options.SweepGrace)
                await LookAsync(durable, marker, cancellationToken);
        }

        metrics.JobsSeen(count, oldest);
    }

    private async Task LookAsync(DurableTaskClient durable, ActiveMarker marker, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        switch (await store.FindAsync(marker.Id, cancellationToken))
        {
            // Intake died before the record: no job, and nobody was told of one.
            case null:
                if (await store.RemoveActiveMarkerAsync(marker, cancellationToken))
                    LogMarkerRemoved(marker.Id);
                break;
            // Over, and not everybody knows.
            case { State.IsTerminal: true } job when job.Hub == _options.Hub:
                if (await teller.TellAsync(durable, job, marker, cancellationToken))
                    LogMarkerRemoved(marker.Id);
                break;
            case { State.IsTerminal: false } job when job.Hub == _options.Hub && job.UpdatedAt <= now - _options.SweepGrace:
                if (job.State == JobState.Saving && job.CompletedSeenAt <= now - NearExpiry)
                    LogNearExpiry(marker.Id, job.CompletedSeenAt.Value, job.SaveTries);
                if (await GenerationStarter.RestartAsync(durable, job.Ref, cancellationToken))
                    LogRestarted(job.Id, job.State);
                break;
        }
    }

    [LoggerMessage(2301, LogLevel.Warning, "Job {JobId} is {State}, and its orchestration was not there; it was started again.")]
    private partial void LogRestarted(JobId jobId, JobState state);

    [LoggerMessage(2302, LogLevel.Information, "The active marker of {JobId} was left over, and is gone.")]
    private partial void LogMarkerRemoved(JobId jobId);

    [LoggerMessage(2303, LogLevel.Error, "Job {JobId}: its video is finished since {CompletedAt:u} and not saved after {Tries} tries; Evolink drops it after 24 h.")]
    private partial void LogNearExpiry(JobId jobId, DateTimeOffset completedAt, int tries);
}
