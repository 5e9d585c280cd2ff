using Evolink.Pipeline.Generations;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>
/// Writes into a job's record that one of its activities failed, which Durable executes again: whoever asks how the job stands is told.
/// A run whose job is gone ends.
/// </summary>
public sealed partial class FailureNotes(GenerationStore store, TimeProvider time, ILogger<FailureNotes> log)
{
    /// <summary>Runs an activity of a job.</summary>
    public async Task<Step> RunAsync(GenerationRef generation, Func<Task<Step>> activity)
    {
        try
        {
            return await activity();
        }
        catch (JobNotFoundException e)
        {
            // Removed while an orchestration of it was left: no try brings it back.
            LogGone(e.Id);
            return new Step(StepKind.Stop, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, generation.Id, FailureText.Of(e));
            await TryNoteAsync(generation, WaitReason.Of(e));
            throw;
        }
    }

    private async Task TryNoteAsync(GenerationRef generation, WaitReason reason)
    {
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            await store.UpdateAsync(
                generation.Id,
                record => record.Revision == generation.Revision ? record.WithWaiting(record.CurrentRef, reason, now) : record,
                CancellationToken.None);
        }
        catch (Exception e)
        {
            // Most likely the storage that just failed. What the activity threw counts, and is thrown on.
            LogNotNoted(e, generation.Id);
        }
    }

    [LoggerMessage(2011, LogLevel.Error, "Job {JobId}: an activity failed and is executed again: {Failure}")]
    private partial void LogFailed(Exception e, JobId jobId, string failure);

    [LoggerMessage(
        2013,
        LogLevel.Warning,
        "Job {JobId} is not there any more: its orchestration ends. Where nobody removed it, look whether the app was given another storage account.")]
    private partial void LogGone(JobId jobId);

    [LoggerMessage(2012, LogLevel.Warning, "Job {JobId}: its record could not say that an activity failed.")]
    private partial void LogNotNoted(Exception e, JobId jobId);
}
