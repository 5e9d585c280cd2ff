using Evolink.Pipeline.Generations;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Submissions;

/// <summary>Writes what became of a submit, whatever it takes: until then it is known to this execution alone, and may be paid.</summary>
public sealed partial class OutcomeWriter(GenerationStore store, TimeProvider time, ILogger<OutcomeWriter> log)
{
    // Longer than any storage outage that a worker lives through; a task id that is not written down is money that is not found again.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Writes an outcome. Whatever is in the way is waited for (storage, an identity without a token, a name that does not resolve), also while the
    /// host stops; only a job that is gone has nowhere to write it.
    /// </summary>
    /// <param name="job">The record with the intent.</param>
    /// <param name="sent">The ledger entry that was sent.</param>
    /// <param name="outcome">What it is now.</param>
    public async Task<JobRecord> WriteAsync(JobRecord job, Attempt sent, Func<Attempt, Attempt> outcome)
    {
        DateTimeOffset end = time.GetUtcNow() + Longest;
        while (true)
        {
            try
            {
                DateTimeOffset now = time.GetUtcNow();
                return await store.WriteOutcomeAsync(
                    job, record => WithRejection(record.WithOutcome(sent.Owner, sent.Number, outcome, now), now), CancellationToken.None);
            }
            catch (Exception e) when (e is not JobNotFoundException && time.GetUtcNow() < end)
            {
                LogNotWritten(e, job.Id, sent.Number);
                await Task.Delay(Pause, time, CancellationToken.None);
            }
        }
    }

    private static JobRecord WithRejection(JobRecord job, DateTimeOffset now) =>
        job.CurrentAttempt is { State: AttemptState.Rejected, Error: { } error } ? job.WithError(error, now) : job;

    [LoggerMessage(1005, LogLevel.Error, "Job {JobId}: the outcome of attempt {Attempt} could not be written; it is tried again.")]
    private partial void LogNotWritten(Exception e, JobId jobId, int attempt);
}
