using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Generations;

/// <summary>Ends a run: the record gets its terminal state, and the marker that says "not over" goes.</summary>
public sealed partial class GenerationFinisher(GenerationStore store, TimeProvider time, ILogger<GenerationFinisher> log)
{
    /// <summary>Ends a run; a second execution changes nothing.</summary>
    public async Task<JobState> FinishAsync(GenerationRef generation, CancellationToken cancellationToken)
    {
        JobRecord job = await store.UpdateAsync(
            generation.Id, record => record.Revision == generation.Revision ? record.WithEnd(time.GetUtcNow()) : record, cancellationToken);
        if (job.Revision == generation.Revision)
            await store.RemoveActiveMarkerAsync(job.Id, cancellationToken);
        LogEnded(job.Id, job.State, job.Error?.Code);
        return job.State;
    }

    [LoggerMessage(1401, LogLevel.Information, "Job {JobId} is {State} ({Code}).")]
    private partial void LogEnded(JobId jobId, JobState state, string? code);
}
