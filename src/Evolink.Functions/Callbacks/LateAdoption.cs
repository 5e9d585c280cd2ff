using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Callbacks;

/// <summary>
/// A signed callback for a submit that was given up as unknown: its task was paid for, and is there. The job is opened again, with a new
/// revision that waits for it and saves its video, as an operator's attach does.
/// </summary>
public sealed partial class LateAdoption(
    GenerationStore store, SubmitRecovery recovery, JobReopening reopening, TimeProvider time, ILogger<LateAdoption> log)
{
    /// <summary>Opens the job for the task that the callback named, if Evolink knows it, it fits, and no other job owns it.</summary>
    /// <returns>False where Evolink could not be asked: the callback should come again.</returns>
    public async Task<bool> TryAsync(
        DurableTaskClient durable, JobRecord job, int attempt, string taskId, CancellationToken cancellationToken)
    {
        JobRecord noted = await store.UpdateAsync(
            job, record => record.WithLateCandidate(attempt, taskId, time.GetUtcNow()), cancellationToken);
        if (!noted.IsLost || noted.CurrentAttempt is not { } current || current.Number != attempt)
            return true;
        switch (await recovery.ConfirmAsync(noted, current, taskId, cancellationToken))
        {
            case TaskConfirmation.Unreadable:
                return false;
            case TaskConfirmation.Fits when await store.Claims.ClaimAsync(taskId, job.Id, attempt, cancellationToken):
                JobRecord opened = await reopening.OpenAsync(durable, job.Id, taskId, cancellationToken);
                if (opened.Attempts.Any(entry => entry.TaskId == taskId))
                    LogOpened(job.Id, attempt, taskId, opened.Revision);
                else
                    await store.Claims.FreeAsync(taskId, job.Id, cancellationToken);
                return true;
            default:
                return true;
        }
    }

    /// <summary>Notes which task a cancelled job of unknown outcome has: it is not waited for, but it is nobody else's.</summary>
    /// <returns>False where Evolink could not be asked: the callback should come again.</returns>
    public async Task<bool> TryAfterCancelAsync(JobRecord job, int attempt, string taskId, CancellationToken cancellationToken) =>
        !job.MayAdoptAfterCancel(attempt)
        || await recovery.AdoptAfterCancelAsync(job, job.CurrentAttempt!, taskId, cancellationToken) != TaskConfirmation.Unreadable;

    [LoggerMessage(
        2441,
        LogLevel.Warning,
        "Job {JobId}: attempt {Attempt} had been given up, and a late callback named its task {TaskId}; revision {Revision} saves it.")]
    private partial void LogOpened(JobId jobId, int attempt, string taskId, int revision);
}
