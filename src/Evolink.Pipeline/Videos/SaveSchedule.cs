using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;

namespace Evolink.Pipeline.Videos;

/// <summary>Whether and when a failed save is tried again. Pure: the jitter is given.</summary>
public static class SaveSchedule
{
    /// <summary>How long Evolink keeps a result: the API's contract says 24 hours.</summary>
    public static readonly TimeSpan ResultLifetime = TimeSpan.FromHours(24);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    /// <summary>When to try again, or why not to.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="reason">In words.</param>
    /// <param name="tries">Tries so far, this one counted.</param>
    /// <param name="completedSeenAt">When the result was first seen.</param>
    /// <param name="now">Now.</param>
    /// <param name="jitter">0 to 1.</param>
    public static (DateTimeOffset? RetryAt, JobError? Error) After(
        DownloadFailure failure, string reason, int tries, DateTimeOffset completedSeenAt, DateTimeOffset now, double jitter)
    {
        DateTimeOffset end = completedSeenAt + ResultLifetime;
        // An error page may be gone in an hour, and a wrong allow-list mended: only what cannot change is final.
        if (failure == DownloadFailure.TooLarge)
        {
            return (null, new JobError(
                "result_unusable",
                $"{reason} It was paid for; an operator may try again with POST /v1/tasks/{{id}}/retry-save while Evolink keeps it."));
        }

        if (now >= end)
        {
            string code = failure is DownloadFailure.NotAVideo or DownloadFailure.Incomplete or DownloadFailure.Blocked
                ? "result_unusable"
                : "result_expired";
            return (null, new JobError(
                code,
                $"The result could not be saved within {ResultLifetime.TotalHours:0} h, after which Evolink drops it. Last problem: {reason}"));
        }

        DateTimeOffset next = now + BackOff.After(tries - 1, FirstPause, LongestPause, null, jitter);
        // One last try is made at the very end.
        return (next < end ? next : end, null);
    }
}
