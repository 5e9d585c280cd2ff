using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// The one place that spends money. It may be executed any number of times, also at the same time and half-way: the ledger in the job
/// record decides who may send, and what was sent is never sent again unless it surely was not paid.
/// </summary>
public sealed partial class Submitter(
    GenerationStore store,
    EvolinkClient evolink,
    SubmitBody body,
    SubmitRecovery recovery,
    ImageDispatch images,
    IOptions<EvolinkOptions> options,
    TimeProvider time,
    ILogger<Submitter> log)
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);

    private readonly EvolinkOptions _options = options.Value;

    // The lease outlives the request's own time-out by what it takes to write down its outcome.
    private TimeSpan Lease => _options.SubmitTimeout + _options.SubmitLeaseMargin;

    /// <summary>Submits a generation, or finds out what became of its submit.</summary>
    /// <param name="generation">The run.</param>
    /// <param name="owner">Names this execution; every execution has its own.</param>
    /// <param name="cancellationToken">Stops before anything is sent; later, the outcome is still written down.</param>
    public async Task<Submission> SubmitAsync(GenerationRef generation, string owner, CancellationToken cancellationToken)
    {
        JobRecord job = await store.ReadAsync(generation.Id, cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        if (job.State.IsTerminal || job.Revision != generation.Revision || job.Error is not null)
            return new Submission.Ended();

        switch (job.CurrentAttempt)
        {
            case { State: AttemptState.Accepted, TaskId: { } taskId } attempt when job.State != JobState.Submitting:
                await store.ClaimTaskAsync(taskId, job.Id, attempt.Number, cancellationToken);
                return AcceptedBefore(attempt);
            case { State: AttemptState.Intent } attempt when attempt.LeaseUntil > now:
                return new Submission.Unknown(LookAgain(attempt.LeaseUntil, now));
            case { State: AttemptState.Intent }:
                job = await store.UpdateAsync(job.Id, record => record.WithLeaseExpired(now), cancellationToken);
                LogLeaseExpired(job.Id, job.CurrentAttempt!.Number);
                return await RecoverAsync(job, owner, cancellationToken);
            case { State: AttemptState.Unknown }:
                return await RecoverAsync(job, owner, cancellationToken);
            case { State: AttemptState.Rejected }:
                return new Submission.Ended();
            case { RetryAt: { } retryAt } when retryAt > now && job.CancelRequestedAt is null:
                return new Submission.Throttled(retryAt);
            default:
                return job.CancelRequestedAt is null ? await SendNextAsync(job, owner, cancellationToken) : new Submission.Ended();
        }
    }

    private async Task<Submission> SendNextAsync(JobRecord job, string owner, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        // The first intent of a number keeps its time: the age of the submit counts from there, and a task cannot be older.
        Attempt? again = job.CurrentAttempt is { State: AttemptState.NotSent or AttemptState.Throttled } last ? last : null;
        DateTimeOffset since = job.CurrentAttempt is null ? job.AcceptedAt : again?.IntentAt ?? now;
        if (now - since > _options.MaxSubmitAge)
            return await EndAsync(job.Id, Expired(job.CurrentAttempt), cancellationToken);

        StoredRequest request = await store.ReadRequestAsync(job.Id, cancellationToken);
        ImagePlan plan = await images.PlanAsync(job, request, cancellationToken);
        if (plan.Intent is not { } intent)
            return plan.RetryAt is { } retryAt ? new Submission.Throttled(retryAt) : await EndAsync(job.Id, plan.Error!, cancellationToken);

        Attempt attempt = new()
        {
            Number = again?.Number ?? (job.CurrentAttempt?.Number ?? 0) + 1,
            State = AttemptState.Intent,
            IntentAt = again?.IntentAt ?? now,
            Owner = owner,
            LeaseUntil = time.GetUtcNow() + Lease,
            Intent = intent,
            Throttles = again?.Throttles ?? 0,
        };
        JobRecord claimed = await store.UpdateAsync(job.Id, record => record.WithIntent(attempt, now), cancellationToken);
        if (claimed.CurrentAttempt?.Owner != owner)
            return claimed.CancelRequestedAt is not null || claimed.State.IsTerminal ? new Submission.Ended() : new Submission.Unknown(now + LongestLook);
        return await SendAsync(claimed, claimed.CurrentAttempt, request, cancellationToken);
    }

    private async Task<Submission> RecoverAsync(JobRecord job, string owner, CancellationToken cancellationToken)
    {
        Recovery found = await recovery.TryAsync(job, owner, Lease, cancellationToken);
        return found switch
        {
            Recovery.Adopted adopted => AcceptedBefore(adopted.Attempt),
            Recovery.Replay replay => await SendAsync(
                replay.Job, replay.Job.CurrentAttempt!, await store.ReadRequestAsync(job.Id, cancellationToken), cancellationToken),
            Recovery.Wait wait => new Submission.Unknown(wait.Until),
            Recovery.GivenUp => new Submission.Ended(),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<Submission> SendAsync(JobRecord job, Attempt attempt, StoredRequest request, CancellationToken cancellationToken)
    {
        Func<Attempt, Attempt> outcome;
        try
        {
            SubmittedTask submitted = await evolink.SubmitAsync(
                body.Make(job, attempt.Number, request, attempt.Intent),
                new SubmitOptions { IdempotencyKey = $"{job.Id}.{attempt.Number}" },
                cancellationToken);
            outcome = entry => SubmitEntries.Accepted(entry, submitted, time.GetUtcNow());
        }
        catch (EvolinkException e)
        {
            LogRefused(job.Id, attempt.Number, e.Outcome, e.Code, e.StatusCode, e.RequestId);
            outcome = entry => SubmitEntries.Refused(entry, e, time.GetUtcNow(), Random.Shared.NextDouble());
        }
        catch (OperationCanceledException)
        {
            outcome = entry => SubmitEntries.Stopped(entry, time.GetUtcNow());
        }

        // What was paid for is written down even while the host stops.
        return await SettleAsync(job.Id, attempt.Owner, outcome);
    }

    private async Task<Submission> SettleAsync(JobId id, string owner, Func<Attempt, Attempt> outcome)
    {
        DateTimeOffset now = time.GetUtcNow();
        JobRecord job = await store.UpdateAsync(id, record => WithRejection(record.WithOutcome(owner, outcome, now), now), CancellationToken.None);
        Attempt attempt = job.CurrentAttempt!;
        switch (attempt.State)
        {
            case AttemptState.Accepted:
                if (!await store.ClaimTaskAsync(attempt.TaskId!, id, attempt.Number, CancellationToken.None))
                    LogClaimLost(id, attempt.TaskId!);
                LogAccepted(id, attempt.TaskId!, attempt.Number);
                return Accepted(attempt);
            case AttemptState.NotSent or AttemptState.Throttled:
                return new Submission.Throttled(attempt.RetryAt ?? now);
            case AttemptState.Rejected:
                return new Submission.Ended();
            default:
                return new Submission.Unknown(now);
        }
    }

    private static JobRecord WithRejection(JobRecord job, DateTimeOffset now) =>
        job.CurrentAttempt is { State: AttemptState.Rejected, Error: { } error } ? job.WithError(error, now) : job;

    private async Task<Submission> EndAsync(JobId id, JobError error, CancellationToken cancellationToken)
    {
        await store.UpdateAsync(id, record => record.WithError(error, time.GetUtcNow()), cancellationToken);
        return new Submission.Ended();
    }

    private JobError Expired(Attempt? attempt) => new(
        "submit_expired",
        $"Evolink took no submit of this job for {_options.MaxSubmitAge.TotalHours:0.#} h; nothing was charged. Last answer: {attempt?.Error?.Code ?? "none"}.");

    private Submission.Accepted Accepted(Attempt attempt) =>
        new(attempt.TaskId!, attempt.Schedule(_options).First(Random.Shared.NextDouble()));

    // The callback may have come, and its wake be spent, while this was found out: the task is read at once.
    private Submission.Accepted AcceptedBefore(Attempt attempt) => new(attempt.TaskId!, time.GetUtcNow());

    // The other execution is most likely done in a moment; one that died is waited for to the end of its lease.
    private static DateTimeOffset LookAgain(DateTimeOffset lease, DateTimeOffset now) =>
        lease - now < LongestLook ? lease : now + LongestLook;

    [LoggerMessage(1001, LogLevel.Information, "Job {JobId}: Evolink accepted attempt {Attempt} as task {TaskId}.")]
    private partial void LogAccepted(JobId jobId, string taskId, int attempt);

    [LoggerMessage(1002, LogLevel.Warning, "Job {JobId}: submit of attempt {Attempt} came back {Outcome} ({Code}, HTTP {Status}, request {RequestId}).")]
    private partial void LogRefused(JobId jobId, int attempt, SubmitOutcome outcome, string code, int? status, string? requestId);

    [LoggerMessage(1003, LogLevel.Warning, "Job {JobId}: the execution that was to send attempt {Attempt} left no outcome; perhaps it was paid.")]
    private partial void LogLeaseExpired(JobId jobId, int attempt);

    [LoggerMessage(1004, LogLevel.Error, "Job {JobId}: another job has claimed task {TaskId}, which Evolink gave to this one.")]
    private partial void LogClaimLost(JobId jobId, string taskId);
}
