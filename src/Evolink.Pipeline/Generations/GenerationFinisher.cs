using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Generations;

/// <summary>Ends a run: the record gets its terminal state. The marker that says "not over" goes when everybody is told, or is about to be.</summary>
public sealed partial class GenerationFinisher(GenerationStore store, TimeProvider time, ILogger<GenerationFinisher> log)
{
    /// <summary>Ends a run; a second execution changes nothing.</summary>
    /// <returns>The job's record, which is of a later revision where the job was opened again.</returns>
    public async Task<JobRecord> FinishAsync(GenerationRef generation, CancellationToken cancellationToken)
    {
        JobRecord job = await store.UpdateAsync(
            generation.Id, record => record.Revision == generation.Revision ? record.WithEnd(time.GetUtcNow()) : record, cancellationToken);
        LogEnded(job.Id, job.State, job.Error?.Code);
        return job;
    }

    [LoggerMessage(1401, LogLevel.Information, "Job {JobId} is {State} ({Code}).")]
    private partial void LogEnded(JobId jobId, JobState state, string? code);
}
