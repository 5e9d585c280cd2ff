using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Generations;

/// <summary>Ends a run: the record gets its terminal state, and the marker that says "not over" goes.</summary>
public sealed partial class GenerationFinisher(GenerationStore store, TimeProvider time, ILogger<GenerationFinisher> log)
{
    /// <summary>Ends a run; a second execution changes nothing.</summary>
    /// <returns>The run's state: a terminal one, except where its task was found after all and the run must go on.</returns>
    public async Task<JobState> FinishAsync(GenerationRef generation, CancellationToken cancellationToken)
    {
        JobRecord job = await store.UpdateAsync(
            generation.Id, record => record.Revision == generation.Revision ? record.WithEnd(time.GetUtcNow()) : record, cancellationToken);
        // Opened again meanwhile: this run is over as it was then.
        if (job.Revision != generation.Revision)
            return job.Timeline.LastOrDefault(change => change.Revision == generation.Revision)?.State ?? JobState.Failed;
        if (!job.State.IsTerminal)
        {
            LogGoesOn(job.Id, job.State);
            return job.State;
        }

        await store.RemoveActiveMarkerAsync(job.Id, cancellationToken);
        LogEnded(job.Id, job.State, job.Error?.Code);
        return job.State;
    }

    [LoggerMessage(1401, LogLevel.Information, "Job {JobId} is {State} ({Code}).")]
    private partial void LogEnded(JobId jobId, JobState state, string? code);

    [LoggerMessage(1402, LogLevel.Warning, "Job {JobId} was given up, but its task was found at the same time: it is {State}, and goes on.")]
    private partial void LogGoesOn(JobId jobId, JobState state);
}
