using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Generations;

/// <summary>Ends a run: the record gets its terminal state. The marker that says "not over" goes when everybody is told, or is about to be.</summary>
public sealed partial class GenerationFinisher(
    GenerationStore store, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<GenerationFinisher> log)
{
    /// <summary>Ends a run by what its record says; a second execution changes nothing.</summary>
    public async Task<GenerationEnd> FinishAsync(GenerationRef generation, CancellationToken cancellationToken) => await FinishAsync(
        await store.ReadAsync(generation.Id, cancellationToken), generation, Finding.Settled.Change, cancellationToken);

    /// <summary>Ends a run by what was found out last, in the same write.</summary>
    /// <param name="seen">The record as it was read.</param>
    /// <param name="generation">The run.</param>
    /// <param name="change">What was found out.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<GenerationEnd> FinishAsync(
        JobRecord seen, GenerationRef generation, Func<JobRecord, JobRecord> change, CancellationToken cancellationToken)
    {
        // Before the end: whoever opens the job again after it sets the marker anew, and that one stays.
        ActiveMarker? marker = await store.Markers.FindAsync(seen.Id, cancellationToken);
        return await JobTrace.RunAsync(PipelineTelemetry.FinishActivity, seen, log, async activity =>
        {
            DateTimeOffset now = time.GetUtcNow();
            // Before the end, after which nobody sees it among those that are not over.
            if (seen.CurrentAttempt is { State: AttemptState.Unknown or AttemptState.Intent } open && !seen.State.IsTerminal)
                await store.Lost.NoteAsync(seen.Id, SubmitSpan.Of(open, options.Value.SubmitLease), cancellationToken);
            JobRecord job = await store.UpdateAsync(
                seen, record => record.Revision == generation.Revision ? change(record).WithEnd(now) : record, cancellationToken);
            activity?.SetTag("evolink.state", Words.Of(job.State));
            if (job is { State: JobState.Failed, Error.Code: { } code })
                activity.Fail(code);
            GenerationEnd end = new(generation, job, marker);
            Log(end);
            return end;
        });
    }

    private void Log(GenerationEnd end)
    {
        if (end.IsOver)
            LogEnded(end.Job.Id, end.Job.State, end.Job.Error?.Code);
        else if (end.Job.State != JobState.Submitting)
            LogGoesOn(end.Job.Id, end.Job.State);
    }

    [LoggerMessage(1401, LogLevel.Information, "Job {JobId} is {State} ({Code}).")]
    private partial void LogEnded(JobId jobId, JobState state, string? code);

    [LoggerMessage(1402, LogLevel.Warning, "Job {JobId} was given up, but its task was found at the same time: it is {State}, and goes on.")]
    private partial void LogGoesOn(JobId jobId, JobState state);
}
