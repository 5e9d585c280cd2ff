using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;

namespace Evolink.Functions.Generations;

/// <summary>What became of a request on its way in.</summary>
public abstract record IntakeResult
{
    private IntakeResult()
    {
    }

    /// <summary>The job exists and is under way, or over.</summary>
    /// <param name="Job">Its record.</param>
    /// <param name="Replayed">Whether it was there before.</param>
    public sealed record Accepted(JobRecord Job, bool Replayed) : IntakeResult;

    /// <summary>The request is wrong.</summary>
    /// <param name="Issues">What is wrong with it.</param>
    public sealed record Refused(IReadOnlyList<ValidationIssue> Issues) : IntakeResult;

    /// <summary>Its identity already stands for another request.</summary>
    public sealed record Conflict : IntakeResult;

    /// <summary>Its identity stands for a job that was deleted: nothing is made of it.</summary>
    /// <param name="Tombstone">What is left of the job.</param>
    public sealed record Removed(JobTombstone Tombstone) : IntakeResult;

    /// <summary>The client has used up what it may take; nothing was written.</summary>
    /// <param name="Refusal">Of what.</param>
    /// <param name="RetryAfter">When it is worth trying again.</param>
    public sealed record OverQuota(QuotaRefusal Refusal, TimeSpan RetryAfter) : IntakeResult;

    /// <summary>The app is not configured for work.</summary>
    /// <param name="Missing">The settings that are missing.</param>
    public sealed record NotReady(IReadOnlyList<string> Missing) : IntakeResult;
}
