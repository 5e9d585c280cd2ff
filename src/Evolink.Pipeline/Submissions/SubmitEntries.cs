using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tasks;

namespace Evolink.Pipeline.Submissions;

/// <summary>What an answer of Evolink's makes of a ledger entry. Pure.</summary>
public static class SubmitEntries
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    // Evolink's clock may be a little behind; and not all jobs come in the same second.
    private static readonly TimeSpan AfterReset = TimeSpan.FromSeconds(30);

    /// <summary>The entry of an accepted submit.</summary>
    public static Attempt Accepted(Attempt entry, SubmittedTask submitted, DateTimeOffset now) => entry with
    {
        State = AttemptState.Accepted,
        TaskId = submitted.TaskId,
        AcceptedAt = now,
        EstimatedSeconds = (int?)submitted.Task.TaskInfo?.EstimatedTime?.TotalSeconds,
        BillingRule = submitted.Task.Usage?.BillingRule?.Value,
        UserGroup = submitted.Task.Usage?.UserGroup?.Value,
        CreditsReserved = submitted.Task.Usage?.CreditsReserved,
        RequestId = submitted.RequestId,
        RetryAt = null,
        HttpStatus = null,
        Error = null,
    };

    /// <summary>The entry of a submit that failed, by what that means for money.</summary>
    public static Attempt Refused(Attempt entry, EvolinkException failure, DateTimeOffset now, double jitter)
    {
        Attempt noted = entry with
        {
            HttpStatus = failure.StatusCode,
            Error = new JobError(failure.Code, failure.ErrorMessage ?? failure.Message),
            RequestId = failure.RequestId,
        };
        return failure.Outcome switch
        {
            // A refused replay says nothing of the first sending, which may have been paid.
            _ when entry.Replayed => Unknown(noted, now),
            // The client library refused it before anything left; it would refuse it again.
            _ when failure is EvolinkValidationException => noted with { State = AttemptState.Rejected, RetryAt = null },
            SubmitOutcome.NotSent => Later(noted, AttemptState.NotSent, failure.RetryAfter, now, jitter),
            // Until its day is over a key is refused again and again.
            SubmitOutcome.Throttled when QuotaReset.Of(failure, now) is { } reset =>
                Later(noted, AttemptState.Throttled, reset - now + (jitter * AfterReset), now, jitter),
            SubmitOutcome.Throttled => Later(noted, AttemptState.Throttled, failure.RetryAfter, now, jitter),
            SubmitOutcome.Rejected => noted with { State = AttemptState.Rejected, RetryAt = null },
            // Also "accepted", which is no failure: what cannot be understood may have been paid.
            _ => Unknown(noted, now),
        };
    }

    /// <summary>The entry of a submit that was stopped before anything left.</summary>
    public static Attempt Stopped(Attempt entry, DateTimeOffset now) =>
        entry.Replayed ? Unknown(entry, now) : entry with { State = AttemptState.NotSent, RetryAt = now };

    /// <summary>When the task of an accepted entry is read.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="options">The options.</param>
    /// <param name="areShared">Whether reads of several tasks at the same time are one call.</param>
    public static PollSchedule Schedule(this Attempt entry, EvolinkOptions options, bool areShared = false) => new(
        entry.AcceptedAt ?? entry.IntentAt,
        entry.EstimatedSeconds is { } seconds and >= 0 ? TimeSpan.FromSeconds(Math.Min(seconds, 24 * 3600)) : PollSchedule.DefaultEstimate,
        entry.Intent.CallbackBase is not null,
        options.PollFloor,
        (entry.AcceptedAt ?? entry.IntentAt) + options.GenerationDeadline)
    {
        AreShared = areShared,
    };

    private static Attempt Unknown(Attempt entry, DateTimeOffset now) =>
        entry with { State = AttemptState.Unknown, UnknownSince = entry.UnknownSince ?? now, LeaseUntil = now, RetryAt = null };

    private static Attempt Later(Attempt entry, AttemptState state, TimeSpan? retryAfter, DateTimeOffset now, double jitter) => entry with
    {
        State = state,
        RetryAt = now + BackOff.After(entry.Throttles, FirstPause, LongestPause, retryAfter, jitter),
        Throttles = entry.Throttles + 1,
    };
}
