using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tasks;

namespace Evolink.Pipeline.Generations;

/// <summary>When something should happen to a job at the latest, by its record: pure.</summary>
public static class JobDue
{
    // Jitter of polls, timers that fire late, the activity itself.
    private const double Spread = 1.2;

    /// <summary>When the run of a job looks at it next at the latest, where it was last at it at <paramref name="moved"/>.</summary>
    /// <param name="job">Its record.</param>
    /// <param name="moved">When record or orchestration last moved.</param>
    /// <param name="options">The schedules.</param>
    public static DateTimeOffset NextLook(JobRecord job, DateTimeOffset moved, EvolinkOptions options)
    {
        // A cancel is acted on at once; the wake that goes with it may have been lost.
        if (job.CancelRequestedAt is { } cancelled && !options.KeepLateResults)
            return cancelled;
        return job.State switch
        {
            JobState.Waiting when job.CurrentAttempt is { AcceptedAt: not null } attempt => AfterPoll(attempt.Schedule(options), moved),
            JobState.Saving => Later(moved, job.SaveRetryAt),
            JobState.Unknown or JobState.Submitting => Later(Later(moved + options.SubmitTimeout, job.CurrentAttempt?.LeaseUntil), job.Regeneration?.NotBefore),
            // Held by a pause, a limit or the rate, it looks the more seldom the longer that lasts.
            _ => Later(Later(moved + HeldJobs.PauseAfter(moved - job.AcceptedAt), job.SubmitSlot), job.CurrentAttempt?.RetryAt),
        };
    }

    private static DateTimeOffset AfterPoll(PollSchedule schedule, DateTimeOffset moved)
    {
        PollSchedule endless = schedule with { Deadline = DateTimeOffset.MaxValue };
        DateTimeOffset first = endless.First(1);
        return moved < first ? first : moved + ((endless.Next(moved, 1) - moved) * Spread);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;
}
