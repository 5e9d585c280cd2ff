using System.Diagnostics;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tasks;
using Evolink.Pipeline.Telemetry;
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
    OutcomeWriter outcomes,
    SubmitGate gate,
    SubmitRate rate,
    ImageDispatch images,
    ClientQuota quota,
    HeldJobs held,
    TaskPolls polls,
    PipelineMetrics metrics,
    IOptions<EvolinkOptions> options,
    TimeProvider time,
    Random random,
    ILogger<Submitter> log)
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);

    private readonly EvolinkOptions _options = options.Value;

    // The lease outlives the request's own time-out by what it takes to write down its outcome.
    private TimeSpan Lease => _options.SubmitLease;

    /// <summary>Submits a generation, or finds out what became of its submit.</summary>
    /// <param name="generation">The run.</param>
    /// <param name="owner">Names this execution; every execution has its own.</param>
    /// <param name="cancellationToken">Stops before anything is sent. What has been sent is seen through to its answer.</param>
    public async Task<Submission> SubmitAsync(GenerationRef generation, string owner, CancellationToken cancellationToken)
    {
        JobRecord job = await store.ReadAsync(generation.Id, cancellationToken);
        return await JobTrace.RunAsync(PipelineTelemetry.SubmitActivity, job, log, async activity =>
        {
            Submission submission = await SubmitAsync(job, generation, owner, cancellationToken);
            if (submission is Submission.Throttled { For: { } reason } && job.WaitingFor?.Code != reason.Code)
                await store.UpdateAsync(job, record => record.WithWaiting(job.CurrentRef, reason, time.GetUtcNow()), cancellationToken);
            activity?.SetTag("evolink.submission", submission.GetType().Name.ToLowerInvariant());
            if (submission is Submission.Accepted accepted)
                activity?.SetTag("evolink.task.id", accepted.TaskId);
            return submission;
        });
    }

    private async Task<Submission> SubmitAsync(JobRecord job, GenerationRef generation, string owner, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (!job.IsUnderstood)
            return new Submission.Unknown(now + JobStates.LeftAlone);
        if (job.CurrentAttempt is { State: AttemptState.Intent } intent && intent.LeaseUntil <= now)
        {
            LogLeaseExpired(job.Id, intent.Number);
            job = await store.UpdateAsync(job, record => record.WithLeaseExpired(now), cancellationToken);
        }

        if (job.State.IsTerminal || job.Revision != generation.Revision || job.Error is not null)
            return new Submission.Ended();
        switch (job.CurrentAttempt)
        {
            case { State: AttemptState.Accepted, TaskId: { } taskId } attempt when job.State != JobState.Submitting:
                metrics.DuplicateSuppressed("submit");
                await store.Claims.ClaimAsync(taskId, job.Id, attempt.Number, cancellationToken);
                return AcceptedBefore(attempt);
            case { State: AttemptState.Intent } attempt:
                metrics.DuplicateSuppressed("submit");
                return new Submission.Unknown(LookAgain(attempt.LeaseUntil, now));
            case { State: AttemptState.Unknown }:
                return await RecoverAsync(job, owner, cancellationToken);
            case { State: AttemptState.Rejected }:
                return new Submission.Ended();
        }

        if (job.CancelRequestedAt is null)
            return await SendNextAsync(job, owner, cancellationToken);
        if (job.SubmitSlot is { } unused)
            await rate.ReturnAsync(unused, cancellationToken);
        return new Submission.Ended();
    }

    private async Task<Submission> SendNextAsync(JobRecord job, string owner, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Attempt? again = job.CurrentAttempt is { State: AttemptState.NotSent or AttemptState.Throttled } last ? last : null;
        DateTimeOffset notBefore = job.Regeneration?.NotBefore ?? (job.State == JobState.Submitting ? now : again?.RetryAt) ?? now;
        int number = again?.Number ?? (job.CurrentAttempt?.Number ?? 0) + 1;
        DateTimeOffset since = number == 1 ? job.AcceptedAt : again?.FirstIntentAt ?? job.Regeneration?.Since ?? now;
        // Whatever is waited for, it is not waited for longer than that without a word.
        DateTimeOffset end = await gate.EndOfWaitAsync(since, cancellationToken);
        if (notBefore > now && now <= end)
            return Later(notBefore, end);

        // A signed callback that named a task proves that the attempt was taken after all.
        Adoption adoption = again is null ? Adoption.None : await recovery.AdoptAsync(job, again, cancellationToken);
        if (adoption.Attempt is { } adopted)
            return AcceptedBefore(adopted);
        // One that cannot be looked at now would be paid a second time.
        if (adoption.OpenUntil > now)
            return new Submission.Unknown(LookAgain(adoption.OpenUntil.Value, now));
        if (now > end)
            return await EndAsync(job, number, SubmitErrors.WaitedTooLong(_options, job.CurrentAttempt), cancellationToken);

        // Over HTTP it was let in before it was accepted; all else waits here for its turn.
        if (number == 1 && await quota.ReserveAsync(job, cancellationToken) is { } refusal)
        {
            TimeSpan atLeast = refusal is QuotaRefusal.Credits ? quota.RetryAfter(refusal) : TimeSpan.Zero;
            return await HoldAsync(job, job.Client, WaitReason.ClientLimit, job.AcceptedAt, atLeast, end, cancellationToken);
        }

        if (await gate.StoppedSinceAsync(cancellationToken) is { } stopped)
        {
            DateTimeOffset heldSince = stopped > job.AcceptedAt ? stopped : job.AcceptedAt;
            return await HoldAsync(
                job, HeldJobs.Pause, WaitReason.Paused, heldSince, TimeSpan.Zero, DateTimeOffset.MaxValue, cancellationToken);
        }

        if (await gate.ClosedUntilAsync(job.Id, cancellationToken) is { } closed)
            return Later(closed, end, WaitReason.OfClosedGate(gate.Reason));
        switch (await rate.PlaceAsync(job.SubmitSlot, isNew: job.SubmitSlot is null && again is null, end, cancellationToken))
        {
            case SubmitPlace.None:
                return await EndAsync(job, number, SubmitErrors.NoSlot(_options), cancellationToken);
            case SubmitPlace.Far far:
                await store.UpdateAsync(job, record => record.WithSubmitSlot(far.Slot, now).WithWaiting(job.CurrentRef, WaitReason.SubmitRate, now), cancellationToken);
                return Later(far.LookAt, end);
            case SubmitPlace.Near near:
                return await SendNextAsync(job, number, again, owner, near.Slot, end, cancellationToken);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<Submission> SendNextAsync(
        JobRecord job,
        int number,
        Attempt? again,
        string owner,
        DateTimeOffset? slot,
        DateTimeOffset end,
        CancellationToken cancellationToken)
    {
        StoredRequest request = await store.ReadRequestAsync(job.Id, cancellationToken);
        ImagePlan plan = await images.PlanAsync(job, request, cancellationToken);
        if (plan.Intent is not { } intent)
            return plan.RetryAt is { } retryAt ? Later(retryAt, end, WaitReason.Image) : await EndAsync(job, number, plan.Error!, cancellationToken);

        // Last of all: a job that probes for everybody must not wait for anything else.
        if (await gate.EnterAsync(job.Id, Lease, cancellationToken) is { } closed)
            return Later(closed, end, WaitReason.OfClosedGate(gate.Reason));
        Attempt attempt = Intend(number, again, intent, owner);
        JobRecord claimed = await store.UpdateAsync(job, record => record.WithIntent(attempt, attempt.IntentAt), cancellationToken);
        if (claimed.CurrentAttempt is { State: AttemptState.Intent } mine && mine.Owner == owner)
            return await SendAsync(claimed, mine, request, slot, cancellationToken);
        if (claimed.CancelRequestedAt is null)
            return new Submission.Unknown(time.GetUtcNow() + TimeSpan.FromSeconds(1));
        await gate.LeaveAsync(job.Id, cancellationToken);
        return new Submission.Unknown(time.GetUtcNow());
    }

    private static Submission.Throttled Later(DateTimeOffset at, DateTimeOffset end, WaitReason? reason = null) => new(at < end ? at : end, reason);

    // The longer it has been held, the longer it waits; what lets it go wakes it. Its own age ends it in time.
    private async Task<Submission> HoldAsync(
        JobRecord job,
        string holder,
        WaitReason reason,
        DateTimeOffset since,
        TimeSpan atLeast,
        DateTimeOffset end,
        CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan pause = HeldJobs.PauseAfter(now - since);
        pause = pause > atLeast ? pause : atLeast;
        if (pause >= HeldJobs.Noted)
            await held.NoteAsync(holder, job, cancellationToken);
        return Later(now + pause, end, reason);
    }

    private Attempt Intend(int number, Attempt? again, SubmitIntent intent, string owner)
    {
        DateTimeOffset now = time.GetUtcNow();
        return new Attempt
        {
            Number = number,
            State = AttemptState.Intent,
            FirstIntentAt = again?.FirstIntentAt ?? now,
            IntentAt = now,
            Owner = owner,
            LeaseUntil = now + Lease,
            Intent = intent,
            Throttles = again?.Throttles ?? 0,
            Candidates = again?.Candidates ?? [],
            NamedAt = again?.NamedAt,
        };
    }

    private async Task<Submission> RecoverAsync(JobRecord job, string owner, CancellationToken cancellationToken)
    {
        Recovery found = await recovery.TryAsync(job, owner, Lease, cancellationToken);
        return found switch
        {
            Recovery.Adopted adopted => AcceptedBefore(adopted.Attempt),
            Recovery.Replay replay => await SendAsync(
                replay.Job, replay.Job.CurrentAttempt!, await store.ReadRequestAsync(job.Id, cancellationToken), slot: null, cancellationToken),
            Recovery.Wait wait => new Submission.Unknown(wait.Until),
            Recovery.GivenUp => new Submission.Ended(),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<Submission> SendAsync(
        JobRecord job, Attempt attempt, StoredRequest request, DateTimeOffset? slot, CancellationToken cancellationToken)
    {
        Func<Attempt, Attempt> outcome = entry => SubmitEntries.Stopped(entry, time.GetUtcNow());
        if (await TurnAsync(attempt, slot, cancellationToken))
        {
            try
            {
                // A stopping host waits for this answer: cancelled, it would be an unknown outcome.
                SubmittedTask submitted = await evolink.SubmitAsync(
                    body.Make(job, attempt.Number, request, attempt.Intent),
                    new SubmitOptions { IdempotencyKey = $"{job.Id}.{attempt.Number}" },
                    CancellationToken.None);
                DateTimeOffset acceptedAt = time.GetUtcNow();
                LogAccepted(job.Id, submitted.TaskId, attempt.Number);
                outcome = entry => SubmitEntries.Accepted(entry, submitted, acceptedAt);
            }
            catch (EvolinkException e)
            {
                LogRefused(job.Id, attempt.Number, e.Outcome, e.Code, e.StatusCode, e.RequestId);
                outcome = entry => SubmitEntries.Refused(entry, e, time.GetUtcNow(), random.NextDouble());
            }
        }

        return await SettleAsync(job, attempt, outcome);
    }

    // After the lease others take the outcome as unknown: what took too long until here is not sent any more.
    private async Task<bool> TurnAsync(Attempt attempt, DateTimeOffset? slot, CancellationToken cancellationToken)
    {
        try
        {
            return await rate.TurnAsync(slot, cancellationToken)
                && !cancellationToken.IsCancellationRequested && time.GetUtcNow() + _options.SubmitTimeout <= attempt.LeaseUntil;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<Submission> SettleAsync(JobRecord intended, Attempt sent, Func<Attempt, Attempt> outcome)
    {
        JobRecord job = await outcomes.WriteAsync(intended, sent, outcome);
        JobId id = job.Id;
        await gate.ReportAsync(id, outcome(sent), CancellationToken.None);
        DateTimeOffset now = time.GetUtcNow();
        switch (job.CurrentAttempt)
        {
            case { State: AttemptState.Accepted, TaskId: { } taskId } attempt:
                if (!await store.Claims.ClaimAsync(taskId, id, attempt.Number, CancellationToken.None))
                    LogClaimLost(id, taskId);
                await quota.CorrectAsync(job, CancellationToken.None);
                return job.State.IsTerminal ? new Submission.Ended() : Accepted(attempt);
            case { State: AttemptState.NotSent or AttemptState.Throttled } attempt:
                return new Submission.Throttled(attempt.RetryAt ?? now);
            case { State: AttemptState.Rejected }:
                return new Submission.Ended();
            default:
                return new Submission.Unknown(now);
        }
    }

    private async Task<Submission> EndAsync(JobRecord job, int number, JobError error, CancellationToken cancellationToken)
    {
        JobRecord ended = await store.UpdateAsync(
            job, record => record.WithSubmitError(job.Revision, number, error, time.GetUtcNow()), cancellationToken);
        return ended.Error is null && !ended.State.IsTerminal ? new Submission.Unknown(time.GetUtcNow()) : new Submission.Ended();
    }

    private Submission.Accepted Accepted(Attempt attempt) =>
        new(attempt.TaskId!, attempt.Schedule(_options, polls.AreShared).First(random.NextDouble()));

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
