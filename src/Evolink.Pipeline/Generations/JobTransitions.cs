using System.Collections.Immutable;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Every change that a job can go through, as pure functions from record to record. They are monotonic: a step that came too late
/// leaves the record as it is (and the same instance is returned), a terminal state never changes, a cancel is never erased.
/// </summary>
public static class JobTransitions
{
    private const int MaxTimeline = 64;
    private const int MaxCandidates = 8;

    extension(JobRecord job)
    {
        /// <summary>Writes the intent to submit: a new attempt, or the last one again where that surely cost nothing.</summary>
        public JobRecord WithIntent(Attempt intent, DateTimeOffset now) => job.State.IsTerminal || job.CancelRequestedAt is not null || !job.MayIntend(intent.Number)
            ? job
            : (job with { Attempts = job.Replaced(intent) }).Moved(JobState.Submitting, now);

        /// <summary>Whether the ledger allows an intent of this number: the next one after a failed task, or one that surely was not paid.</summary>
        public bool MayIntend(int number) => job.CurrentAttempt switch
        {
            null => number == 1,
            { State: AttemptState.NotSent or AttemptState.Throttled } last => number == last.Number,
            { State: AttemptState.Accepted } last => number == last.Number + 1 && job.State == JobState.Submitting,
            _ => false,
        };

        /// <summary>Records what became of the attempt that <paramref name="owner"/> sent. Nothing happens where another execution has taken it over.</summary>
        public JobRecord WithOutcome(string owner, Func<Attempt, Attempt> outcome, DateTimeOffset now)
        {
            if (job.CurrentAttempt is not { State: AttemptState.Intent or AttemptState.Unknown } attempt || attempt.Owner != owner)
                return job;
            Attempt after = outcome(attempt);
            return (job with { Attempts = job.Replaced(after) }).Moved(StateAfter(after), now);
        }

        /// <summary>An intent whose lease ran out without an outcome: perhaps it was paid.</summary>
        public JobRecord WithLeaseExpired(DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Intent } attempt && attempt.LeaseUntil <= now
                ? (job with { Attempts = job.Replaced(attempt with { State = AttemptState.Unknown, UnknownSince = now }) }).Moved(JobState.Unknown, now)
                : job;

        /// <summary>Makes an unknown attempt an accepted one, after its task was read and claimed.</summary>
        public JobRecord WithAdopted(int number, Func<Attempt, Attempt> adopted, DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Unknown } attempt && attempt.Number == number && !job.State.IsTerminal
                ? (job with { Attempts = job.Replaced(adopted(attempt)) }).Moved(JobState.Waiting, now)
                : job;

        /// <summary>Takes an unknown attempt for a second sending with the same provider key: once, and by one execution.</summary>
        public JobRecord WithReplay(string owner, DateTimeOffset leaseUntil, DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Unknown, Replayed: false } attempt && !job.State.IsTerminal
                ? job with { Attempts = job.Replaced(attempt with { Replayed = true, Owner = owner, LeaseUntil = leaseUntil }), UpdatedAt = now }
                : job;

        /// <summary>Notes a task id that a signed callback named while this app knew none.</summary>
        public JobRecord WithCandidate(int number, string taskId, DateTimeOffset now) =>
            job.CurrentAttempt is { State: AttemptState.Intent or AttemptState.Unknown } attempt && attempt.Number == number
            && !attempt.Candidates.Contains(taskId) && attempt.Candidates.Length < MaxCandidates && !job.State.IsTerminal
                ? job with { Attempts = job.Replaced(attempt with { Candidates = attempt.Candidates.Add(taskId) }), UpdatedAt = now }
                : job;

        /// <summary>Notes what Evolink said of the task. Progress never falls, and stays below the end until the video is saved.</summary>
        public JobRecord WithReading(int? progress, decimal? creditsUsed, DateTimeOffset now)
        {
            int shown = Math.Max(job.Progress, Math.Clamp(progress ?? 0, 0, 95));
            bool newCredits = creditsUsed is not null && job.CurrentAttempt?.CreditsUsed != creditsUsed;
            if (job.State.IsTerminal || (shown == job.Progress && !newCredits && job.NotFoundSince is null))
                return job;
            JobRecord after = job with { Progress = shown, NotFoundSince = null, UpdatedAt = now };
            return newCredits && job.CurrentAttempt is { } attempt
                ? after with { Attempts = job.Replaced(attempt with { CreditsUsed = creditsUsed }) }
                : after;
        }

        /// <summary>Notes that Evolink does not know the task.</summary>
        public JobRecord WithNotFound(DateTimeOffset now) =>
            job.State.IsTerminal || job.NotFoundSince is not null ? job : job with { NotFoundSince = now, UpdatedAt = now };

        /// <summary>Evolink is done: the video waits behind a link that dies after 24 hours.</summary>
        public JobRecord WithCompletedSeen(DateTimeOffset now) => job.State.IsTerminal || job.State == JobState.Saving
            ? job
            : (job with { CompletedSeenAt = job.CompletedSeenAt ?? now, NotFoundSince = null }).Moved(JobState.Saving, now);

        /// <summary>Counts a try to save.</summary>
        public JobRecord WithSaveTry(DateTimeOffset now) =>
            job.State.IsTerminal ? job : job with { SaveTries = job.SaveTries + 1, UpdatedAt = now };

        /// <summary>The video is in storage.</summary>
        public JobRecord WithVideo(SavedVideo video, DateTimeOffset now) =>
            job.State.IsTerminal || job.Video is not null ? job : job with { Video = video, UpdatedAt = now };

        /// <summary>The task failed in a way that may be tried, and paid, again.</summary>
        public JobRecord WithRegeneration(JobError error, DateTimeOffset now) => job is { State: JobState.Waiting, CurrentAttempt: { State: AttemptState.Accepted } attempt }
            ? (job with { Attempts = job.Replaced(attempt with { Error = error }), NotFoundSince = null }).Moved(JobState.Submitting, now)
            : job;

        /// <summary>Why the job will end as failed. The first reason stays.</summary>
        public JobRecord WithError(JobError error, DateTimeOffset now) =>
            job.State.IsTerminal || job.Error is not null ? job : job with { Error = error, UpdatedAt = now };

        /// <summary>The client asked to stop. A fact that no slower writer erases, for every writer starts from the record as it is.</summary>
        public JobRecord WithCancelRequest(DateTimeOffset now) =>
            job.State.IsTerminal || job.CancelRequestedAt is not null ? job : job with { CancelRequestedAt = now, UpdatedAt = now };

        /// <summary>The end of the revision: completed with a video, failed with a reason, cancelled otherwise.</summary>
        public JobRecord WithEnd(DateTimeOffset now) => job.State.IsTerminal ? job : (job with { EndedAt = now }).Moved(EndState(job), now);

        private JobRecord Moved(JobState state, DateTimeOffset now) => job.State == state
            ? job with { UpdatedAt = now }
            : job with { State = state, UpdatedAt = now, Timeline = job.TimelineWith(state, now) };

        // A job that is put off again and again goes to and fro between two states for hours: the first and the last steps are enough.
        private ImmutableArray<StateChange> TimelineWith(JobState state, DateTimeOffset now)
        {
            ImmutableArray<StateChange> timeline = job.Timeline.Add(new StateChange(now, state, job.Revision));
            return timeline.Length <= MaxTimeline ? timeline : timeline.RemoveAt(MaxTimeline / 2);
        }

        private ImmutableArray<Attempt> Replaced(Attempt attempt) =>
            job.CurrentAttempt?.Number == attempt.Number ? job.Attempts.SetItem(job.Attempts.Length - 1, attempt) : job.Attempts.Add(attempt);
    }

    private static JobState EndState(JobRecord job) => job switch
    {
        { Video: not null } => JobState.Completed,
        { Error: not null } => JobState.Failed,
        _ => JobState.Cancelled,
    };

    private static JobState StateAfter(Attempt attempt) => attempt.State switch
    {
        AttemptState.Accepted => JobState.Waiting,
        AttemptState.NotSent or AttemptState.Throttled => JobState.Parked,
        AttemptState.Unknown => JobState.Unknown,
        AttemptState.Rejected or AttemptState.Intent => JobState.Submitting,
        _ => throw new ArgumentOutOfRangeException(nameof(attempt), attempt.State, "Not an attempt state."),
    };
}
