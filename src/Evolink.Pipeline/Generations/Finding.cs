namespace Evolink.Pipeline.Generations;

/// <summary>What a look at a job's task, or at its video, found. Nothing of it is written yet.</summary>
/// <param name="Change">What it makes of the record; pure, for it may be applied more than once.</param>
/// <param name="LookAt">When to look again; null where nothing is left to look for: the run ends, or its next attempt is submitted.</param>
public sealed record Finding(Func<JobRecord, JobRecord> Change, DateTimeOffset? LookAt)
{
    /// <summary>The record says already how the run ends.</summary>
    public static Finding Settled { get; } = new(static job => job, null);

    /// <summary>Whether it would leave a job without a video for good, or pay for another one.</summary>
    public bool GivesUp(JobRecord job) => LookAt is null && Change(job).Video is null;
}
