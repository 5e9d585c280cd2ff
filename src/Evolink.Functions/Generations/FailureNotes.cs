using Evolink.Pipeline.Generations;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>Writes into a job's record that one of its activities failed, which Durable executes again: whoever asks how the job stands is told.</summary>
public sealed partial class FailureNotes(GenerationStore store, TimeProvider time, ILogger<FailureNotes> log)
{
    /// <summary>Runs an activity of a job.</summary>
    public async Task<Step> RunAsync(GenerationRef generation, Func<Task<Step>> activity)
    {
        try
        {
            return await activity();
        }
        catch (Exception e) when (e is not (OperationCanceledException or JobNotFoundException))
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

    [LoggerMessage(2012, LogLevel.Warning, "Job {JobId}: its record could not say that an activity failed.")]
    private partial void LogNotNoted(Exception e, JobId jobId);
}
