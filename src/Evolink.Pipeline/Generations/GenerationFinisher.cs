using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Generations;

/// <summary>Ends a run: the record gets its terminal state. The marker that says "not over" goes when everybody is told, or is about to be.</summary>
public sealed partial class GenerationFinisher(GenerationStore store, TimeProvider time, ILogger<GenerationFinisher> log)
{
    /// <summary>Ends a run; a second execution changes nothing.</summary>
    /// <returns>The job's record: of a later revision where the job was opened again, and not terminal where its task was found after all and the run must go on.</returns>
    public async Task<JobRecord> FinishAsync(GenerationRef generation, CancellationToken cancellationToken)
    {
        JobRecord before = await store.ReadAsync(generation.Id, cancellationToken);
        return await JobTrace.RunAsync(PipelineTelemetry.FinishActivity, before, log, async activity =>
        {
            JobRecord job = await FinishOnceAsync(before, generation, cancellationToken);
            activity?.SetTag("evolink.state", Words.Of(job.State));
            if (job is { State: JobState.Failed, Error.Code: { } code })
                activity.Fail(code);
            return job;
        });
    }

    private async Task<JobRecord> FinishOnceAsync(JobRecord before, GenerationRef generation, CancellationToken cancellationToken)
    {
        JobRecord job = await store.UpdateAsync(
            before, record => record.Revision == generation.Revision ? record.WithEnd(time.GetUtcNow()) : record, cancellationToken);
        if (job.Revision == generation.Revision && !job.State.IsTerminal)
        {
            LogGoesOn(job.Id, job.State);
            return job;
        }

        LogEnded(job.Id, job.State, job.Error?.Code);
        return job;
    }

    [LoggerMessage(1401, LogLevel.Information, "Job {JobId} is {State} ({Code}).")]
    private partial void LogEnded(JobId jobId, JobState state, string? code);

    [LoggerMessage(1402, LogLevel.Warning, "Job {JobId} was given up, but its task was found at the same time: it is {State}, and goes on.")]
    private partial void LogGoesOn(JobId jobId, JobState state);
}
