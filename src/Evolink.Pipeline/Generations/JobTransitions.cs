using System.Collections.Immutable;
using System.Text.Json;
using Evolink.Pipeline.Webhooks;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Every change that a job can go through, as pure functions from record to record. They are monotonic: a step that came too late
/// leaves the record as it is (and the same instance is returned), a terminal state never changes, a cancel is never erased.
/// </summary>
public static class JobTransitions
{
    /// <summary>Progress that is shown at most before the video is saved.</summary>
    public const int MostBeforeTheEnd = 95;

    private const int MaxTimeline = 64;
    private const int MaxCandidates = 8;
    private const int LooksThatProve = 2;

    extension(JobRecord job)
    {
        /// <summary>Writes the intent to submit: a new attempt, or the last one again where that surely cost nothing.</summary>
        public JobRecord WithIntent(Attempt intent, DateTimeOffset now) => job.State.IsTerminal || job.CancelRequestedAt is not null || !job.MayIntend(intent.Number)
            ? job
            : (job with
            {
                Attempts = job.Replaced(intent with { UnknownFields = job.UnknownFieldsOf(intent.Number) }),
                Regeneration = null,
                SubmitSlot = null,
                WaitingFor = null,
            }).Moved(JobState.Submitting, now);

        /// <summary>Notes what the run waits for. It stands until the job moves on, or waits for something else.</summary>
        public JobRecord WithWaiting(AttemptRef at, WaitReason reason, DateTimeOffset now) => !job.IsAt(at) || job.WaitingFor is { } known
            && known.Code == reason.Code && known.Message == reason.Message
                ? job
                : job with
                {
                    WaitingFor = new WaitingFor(reason.Code, reason.Message, job.WaitingFor?.Code == reason.Code ? job.WaitingFor.Since : now),
                    UpdatedAt = now,
                };

        /// <summary>Gives the job its time on the shared time line of submits.</summary>
        public JobRecord WithSubmitSlot(DateTimeOffset slot, DateTimeOffset now) =>
            job.State.IsTerminal || job.SubmitSlot == slot ? job : job with { SubmitSlot = slot, UpdatedAt = now };

        /// <summary>Whether the ledger allows an intent of this number: the next one after a failed task, or one that surely was not paid.</summary>
        public bool MayIntend(int number) => job.State.IsKnown && job.CurrentAttempt switch
        {
            null => number == 1,
            { State: AttemptState.NotSent or AttemptState.Throttled } last => number == last.Number,
            { State: AttemptState.Accepted } last => number == last.Number + 1 && job.State == JobState.Submitting,
            _ => false,
        };

        /// <summary>
        /// Records what became of the attempt that <paramref name="owner"/> sent. That Evolink accepted it is true whoever owns the entry by now, and
        /// is noted even on a job that is over; everything else only counts while nobody else has taken the entry over.
        /// </summary>
        public JobRecord WithOutcome(string owner, int number, Func<Attempt, Attempt> outcome, DateTimeOffset now)
        {
            if (job.CurrentAttempt is not { State: AttemptState.Intent or AttemptState.Unknown } attempt || attempt.Number != number)
                return job;
            Attempt after = outcome(attempt);
            if (after.State != AttemptState.Accepted && (attempt.Owner != owner || job.State.IsTerminal))
                return job;
            JobRecord noted = job with { Attempts = job.Replaced(after), UpdatedAt = now };
            if (job.State.IsTerminal)
                return noted;
            // Somebody may have been about to give up on it.
            JobRecord moved = (after.State == AttemptState.Accepted ? noted with { Error = null } : noted).Moved(StateAfter(after), now);
            return WaitReason.Of(after) is { } reason ? moved.WithWaiting(moved.CurrentRef, reason, now) : moved;
        }

        /// <summary>An intent whose lease ran out without an outcome: perhaps it was paid.</summary>
        public JobRecord WithLeaseExpired(DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Intent } attempt && attempt.LeaseUntil <= now && !job.State.IsTerminal
                ? (job with { Attempts = job.Replaced(attempt with { State = AttemptState.Unknown, UnknownSince = now }) })
                    .Moved(JobState.Unknown, now).WithWaiting(job.CurrentRef, WaitReason.OutcomeUnknown, now)
                : job;

        /// <summary>Makes an attempt whose answer was lost, or misread, an accepted one, after its task was read and claimed.</summary>
        public JobRecord WithAdopted(int number, Func<Attempt, Attempt> adopted, DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Unknown or AttemptState.NotSent or AttemptState.Throttled } attempt && attempt.Number == number && !job.State.IsTerminal
                ? (job with { Attempts = job.Replaced(adopted(attempt)), Error = null }).Moved(JobState.Waiting, now)
                : job;

        /// <summary>
        /// The same on a cancelled job, which stays cancelled: what it cost is known then, and whose the task is. Also where the execution
        /// that sent it died.
        /// </summary>
        public JobRecord WithAdoptedAfterCancel(int number, Func<Attempt, Attempt> adopted, DateTimeOffset now) =>
            job.MayAdoptAfterCancel(number) ? job with { Attempts = job.Replaced(adopted(job.CurrentAttempt!)), UpdatedAt = now } : job;

        /// <summary>Whether a cancelled job has an attempt of this number of which it is not known whether it was paid.</summary>
        public bool MayAdoptAfterCancel(int number) =>
            job is { State: JobState.Cancelled, RemovedAt: null, CurrentAttempt.State: not (AttemptState.Accepted or AttemptState.Rejected) }
            && job.CurrentAttempt.Number == number;

        /// <summary>Takes an unknown attempt for a second sending with the same provider key: once, and by one execution.</summary>
        public JobRecord WithReplay(string owner, DateTimeOffset leaseUntil, DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Unknown, Replayed: false } attempt && !job.State.IsTerminal
                ? job with { Attempts = job.Replaced(attempt with { Replayed = true, Owner = owner, LeaseUntil = leaseUntil }), UpdatedAt = now }
                : job;

        /// <summary>Notes a task id that a signed callback named while this app knew none.</summary>
        public JobRecord WithCandidate(int number, string taskId, DateTimeOffset now) =>
            job.CurrentAttempt is { State: not (AttemptState.Accepted or AttemptState.Rejected) } attempt && attempt.Number == number
            && !attempt.Candidates.Contains(taskId) && attempt.Candidates.Length < MaxCandidates && !job.State.IsTerminal
                ? job with { Attempts = job.Replaced(attempt with { Candidates = attempt.Candidates.Add(taskId), NamedAt = now }), UpdatedAt = now }
                : job;

        /// <summary>
        /// Notes what the account's task list said of an attempt of unknown outcome. Two looks in a row, an interval apart, that found
        /// nothing show that nothing was created: it may be sent again, under the same number. Not where a callback came, which Evolink
        /// sends for what it has created alone.
        /// </summary>
        public JobRecord WithLook(Attempt seen, AccountLook look, TimeSpan interval, DateTimeOffset now)
        {
            if (job.State.IsTerminal || job.Error is not null || job.CurrentAttempt is not { State: AttemptState.Unknown } attempt
                || attempt.Number != seen.Number || attempt.IntentAt != seen.IntentAt
                || attempt.LeaseUntil != seen.LeaseUntil || attempt.Look?.At >= look.At)
                return job;
            bool isSoon = attempt.Look is { } last && look.At < last.At + interval;
            int before = attempt.Look?.FoundNothing ?? 0;
            int nothing = look.Result != AccountLookResult.Nothing ? 0 : before + (isSoon && before > 0 ? 0 : 1);
            // A second execution that asks at the same moment learns nothing more.
            if (isSoon && nothing == 1 && before == 1)
                return job;
            Attempt noted = attempt with { Look = look with { FoundNothing = nothing } };
            return nothing >= LooksThatProve && attempt is { CalledBackAt: null, Candidates: [] }
                ? (job with
                {
                    Attempts = job.Replaced(
                        noted with { State = AttemptState.NotSent, RetryAt = now, UnknownSince = null, Replayed = false }),
                }).Moved(JobState.Parked, now)
                : job with { Attempts = job.Replaced(noted), UpdatedAt = now };
        }

        /// <summary>
        /// Notes a task id that a signed callback named when the job had been given up as unknown: an operator sees it, should it not be
        /// opened again.
        /// </summary>
        public JobRecord WithLateCandidate(int number, string taskId, DateTimeOffset now) =>
            job.IsLost && job.CurrentAttempt is { } attempt && attempt.Number == number
            && !attempt.Candidates.Contains(taskId) && attempt.Candidates.Length < MaxCandidates
                ? job with
                {
                    Attempts = job.Replaced(attempt with { Candidates = attempt.Candidates.Add(taskId), NamedAt = now }),
                    UpdatedAt = now,
                }
                : job;

        /// <summary>Notes that Evolink has called back for an attempt.</summary>
        public JobRecord WithCallback(CallbackNote? callback) =>
            !job.State.IsTerminal && callback is not null
            && job.CurrentAttempt is { CalledBackAt: null } attempt && attempt.Number == callback.Attempt
                ? job with
                {
                    Attempts = job.Replaced(attempt with { CalledBackAt = callback.At }),
                    UpdatedAt = callback.At > job.UpdatedAt ? callback.At : job.UpdatedAt,
                }
                : job;

        /// <summary>Gives up on an attempt of unknown outcome; not where it became known meanwhile.</summary>
        public JobRecord WithGivenUp(AttemptRef at, JobError error, DateTimeOffset now) =>
            job.IsAt(at) && job.CurrentAttempt is { State: AttemptState.Unknown } ? job.WithError(error, now) : job;

        /// <summary>Gives up on submitting; not where another execution is at it, or has done it.</summary>
        public JobRecord WithSubmitError(int revision, int number, JobError error, DateTimeOffset now) =>
            job.Revision == revision && job.MayIntend(number) ? job.WithError(error, now) : job;

        /// <summary>Counts how often in a row a task with an unknown status said the same; null: this time it was none.</summary>
        public JobRecord WithUnknownStatus(AttemptRef at, string? said, DateTimeOffset now)
        {
            if (!job.IsAt(at) || (said is null && job.UnknownStatus is null))
                return job;
            int? reads = said is null ? null : said == job.UnknownStatus ? job.UnknownStatusReads + 1 : 1;
            return job with { UnknownStatus = said, UnknownStatusReads = reads, UpdatedAt = now };
        }

        /// <summary>Notes what Evolink said of the task. Progress never falls, and stays below the end until the video is saved.</summary>
        public JobRecord WithReading(AttemptRef at, int? progress, TaskCredits credits, DateTimeOffset now)
        {
            if (!job.IsAt(at))
                return job;
            int shown = Math.Max(job.Progress, Math.Clamp(progress ?? 0, 0, MostBeforeTheEnd));
            Attempt? told = job.CurrentAttempt is { } attempt ? credits.On(attempt) : null;
            bool isNew = told is not null && !ReferenceEquals(told, job.CurrentAttempt);
            if (shown == job.Progress && !isNew && job.NotFoundSince is null && job.WaitingFor is null)
                return job;
            return job with
            {
                Progress = shown,
                NotFoundSince = null,
                WaitingFor = null,
                UpdatedAt = now,
                Attempts = isNew ? job.Replaced(told!) : job.Attempts,
            };
        }

        /// <summary>The task failed, and Evolink is about to return its credits: the end waits a little, to tell that as well.</summary>
        public JobRecord WithRefundAwaited(AttemptRef at, DateTimeOffset now) => job.IsAt(at) && job.CurrentAttempt is { } attempt
            ? (job with { Attempts = job.Replaced(attempt with { RefundAwaitedSince = attempt.RefundAwaitedSince ?? now }) })
                .WithWaiting(at, WaitReason.Refund, now)
            : job;

        /// <summary>Notes that Evolink does not know the task.</summary>
        public JobRecord WithNotFound(AttemptRef at, DateTimeOffset now) =>
            job.IsAt(at) && job.NotFoundSince is null ? job with { NotFoundSince = now, UpdatedAt = now } : job;

        /// <summary>Evolink answered something else: whether it knows the task is open again.</summary>
        public JobRecord WithoutNotFound(AttemptRef at, DateTimeOffset now) =>
            job.IsAt(at) && job.NotFoundSince is not null ? job with { NotFoundSince = null, UpdatedAt = now } : job;

        /// <summary>Evolink is done: the video waits behind a link that dies after 24 hours.</summary>
        public JobRecord WithCompletedSeen(AttemptRef at, DateTimeOffset now) => job.IsAt(at) && job.State == JobState.Waiting
            ? (job with { CompletedSeenAt = job.CompletedSeenAt ?? now, NotFoundSince = null }).Moved(JobState.Saving, now)
            : job;

        /// <summary>Counts a try to save that failed.</summary>
        public JobRecord WithSaveTry(AttemptRef at, string reason, DateTimeOffset? retryAt, DateTimeOffset now, bool? asOneStream = null) =>
            job.IsAt(at) && job.Video is null
                ? (job with
                {
                    SaveTries = job.SaveTries + 1,
                    SaveRetryAt = retryAt,
                    SaveAsOneStream = asOneStream ?? job.SaveAsOneStream,
                    UpdatedAt = now,
                }).WithWaiting(at, WaitReason.SavingFailed(reason), now)
                : job;

        /// <summary>The video is in storage. Whatever was about to be said against it is void.</summary>
        public JobRecord WithVideo(AttemptRef at, SavedVideo video, DateTimeOffset now) =>
            job.IsAt(at) && job.Video is null ? job with { Video = video, Error = null, SaveRetryAt = null, UpdatedAt = now } : job;

        /// <summary>All results are in storage.</summary>
        public JobRecord WithResults(AttemptRef at, SavedVideo video, ImmutableArray<SavedVideo> files, DateTimeOffset now)
        {
            JobRecord saved = job.WithVideo(at, video, now);
            return ReferenceEquals(saved, job) || files.Length == 1 ? saved : saved with { Files = files };
        }

        /// <summary>The task failed in a way that may be tried, and paid, again: <paramref name="most"/> times in all.</summary>
        public JobRecord WithRegeneration(AttemptRef at, JobError error, Regeneration regeneration, int most, DateTimeOffset now) =>
            job.IsAt(at) && job.Attempts.Length <= most && job is { State: JobState.Waiting, CurrentAttempt: { State: AttemptState.Accepted } attempt }
                ? (job with { Attempts = job.Replaced(attempt with { Error = error }), NotFoundSince = null, Regeneration = regeneration })
                    .Moved(JobState.Submitting, now).WithWaiting(at, WaitReason.Regeneration, now)
                : job;

        /// <summary>Why the task will have no video.</summary>
        public JobRecord WithTaskError(AttemptRef at, JobError error, DateTimeOffset now) =>
            job.IsAt(at) && job.Video is null ? job.WithError(error, now) : job;

        /// <summary>Why the job will end as failed. The first reason stays.</summary>
        public JobRecord WithError(JobError error, DateTimeOffset now) =>
            job.State.IsTerminal || job.Error is not null ? job : job with { Error = error, UpdatedAt = now };

        /// <summary>The client asked to stop. A fact that no slower writer erases, for every writer starts from the record as it is.</summary>
        public JobRecord WithCancelRequest(DateTimeOffset now) =>
            job.State.IsTerminal || job.CancelRequestedAt is not null ? job : job with { CancelRequestedAt = now, UpdatedAt = now };

        /// <summary>
        /// Opens a finished job again, by an operator's command: the last attempt is taken as accepted under the task id given, and waited for
        /// and saved once more. Not where a video is there already, nor where nothing was ever sent.
        /// </summary>
        public JobRecord WithReopened(string taskId, DateTimeOffset now) =>
            job.MayReopen && job.CurrentAttempt is { } attempt
                ? (job with
                {
                    Revision = job.Revision + 1,
                    Attempts = job.Replaced(Reopened(attempt, taskId)),
                    Error = null,
                    EndedAt = null,
                    CancelRequestedAt = null,
                    CompletedSeenAt = null,
                    NotFoundSince = null,
                    Regeneration = null,
                    SaveTries = 0,
                    SaveRetryAt = null,
                }).Moved(JobState.Waiting, now)
                : job;

        /// <summary>Whether an operator's command may open it again.</summary>
        public bool MayReopen => job is { State: JobState.Failed or JobState.Cancelled, Video: null, RemovedAt: null, CurrentAttempt: not null };

        /// <summary>
        /// It is being removed: from here on nothing opens it again, or tells of it. Not while a submit that a cancel overtook may still get
        /// an answer, for the id of a task that was paid would have no place to be written to.
        /// </summary>
        public JobRecord WithRemoval(DateTimeOffset now) => job is { State.IsTerminal: true, RemovedAt: null } && job.SendingUntil(now) is null
            ? job with { RemovedAt = now, UpdatedAt = now }
            : job;

        /// <summary>Until when a submit of the job may be under way; null: none is.</summary>
        public DateTimeOffset? SendingUntil(DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Intent, LeaseUntil: var until } && until > now ? until : null;

        /// <summary>Notes that Evolink finished the task of a cancelled job all the same: paid for, and not saved.</summary>
        public JobRecord WithLateResult(DateTimeOffset now) =>
            job is { State: JobState.Cancelled, LateResultAt: null } ? job with { LateResultAt = now } : job;

        /// <summary>
        /// The end of the revision: completed with a video, cancelled where that was asked for, failed with a reason otherwise; the client is to be told.
        /// There is none yet where one execution gave up on a lost submit and another one found its task, which takes the giving-up back,
        /// nor where a failed task is to be generated again.
        /// </summary>
        public JobRecord WithEnd(DateTimeOffset now) =>
            !job.State.IsTerminal && job.Ended(now) is { State.IsTerminal: true } ended ? ended.WithWebhookDue() : job;

        private JobRecord Ended(DateTimeOffset now) => job switch
        {
            { Video: not null } => (job with { EndedAt = now }).Moved(JobState.Completed, now),
            { Error: not null } => (job with { EndedAt = now }).Moved(JobState.Failed, now),
            { CancelRequestedAt: not null } => (job with { EndedAt = now }).Moved(JobState.Cancelled, now),
            { State: JobState.Waiting or JobState.Saving or JobState.Submitting, CurrentAttempt.State: AttemptState.Accepted } => job,
            _ => (job with { EndedAt = now, Error = NoReason }).Moved(JobState.Failed, now),
        };

        private bool IsAt(AttemptRef at) => !job.State.IsTerminal && job.CurrentRef == at;

        // A newer version has taken the job further than this one knows: it stays there.
        private JobRecord Moved(JobState state, DateTimeOffset now) => job.State == state || !job.State.IsKnown
            ? job with { UpdatedAt = now }
            : job with { State = state, WaitingFor = null, UpdatedAt = now, Timeline = job.TimelineWith(state, now) };

        // A job that is put off again and again goes to and fro between two states for hours: the first and the last steps are enough.
        private ImmutableArray<StateChange> TimelineWith(JobState state, DateTimeOffset now)
        {
            ImmutableArray<StateChange> timeline = job.Timeline.Add(new StateChange(now, state, job.Revision));
            return timeline.Length <= MaxTimeline ? timeline : timeline.RemoveAt(MaxTimeline / 2);
        }

        // An attempt that is sent again is still the same attempt.
        private IDictionary<string, JsonElement>? UnknownFieldsOf(int attempt) =>
            job.Attempts.FirstOrDefault(entry => entry.Number == attempt)?.UnknownFields;

        private ImmutableArray<Attempt> Replaced(Attempt attempt) =>
            job.CurrentAttempt?.Number == attempt.Number ? job.Attempts.SetItem(job.Attempts.Length - 1, attempt) : job.Attempts.Add(attempt);
    }

    // What was returned for one task says nothing of another.
    private static Attempt Reopened(Attempt attempt, string taskId) => attempt with
    {
        State = AttemptState.Accepted,
        TaskId = taskId,
        AcceptedAt = attempt.AcceptedAt ?? attempt.IntentAt,
        CreditsReturned = attempt.TaskId == taskId ? attempt.CreditsReturned : null,
        RefundAwaitedSince = null,
    };

    private static JobError NoReason { get; } = new("internal_error", "The job ended without a reason, which is a fault of this service.");

    private static JobState StateAfter(Attempt attempt) => attempt.State switch
    {
        AttemptState.Accepted => JobState.Waiting,
        AttemptState.NotSent or AttemptState.Throttled => JobState.Parked,
        AttemptState.Unknown => JobState.Unknown,
        AttemptState.Rejected or AttemptState.Intent => JobState.Submitting,
        _ => throw new ArgumentOutOfRangeException(nameof(attempt), attempt.State, "Not an attempt state."),
    };
}
