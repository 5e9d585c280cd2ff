using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Submissions;

/// <summary>What came of a submit.</summary>
public abstract record Submission
{
    private Submission()
    {
    }

    /// <summary>Evolink has the task.</summary>
    /// <param name="TaskId">Its id there.</param>
    /// <param name="ReadAt">When to read it first.</param>
    public sealed record Accepted(string TaskId, DateTimeOffset ReadAt) : Submission;

    /// <summary>Nothing was paid; it is tried again.</summary>
    /// <param name="RetryAt">When.</param>
    /// <param name="For">What it waits for; null where the record says so already.</param>
    public sealed record Throttled(DateTimeOffset RetryAt, WaitReason? For = null) : Submission;

    /// <summary>Perhaps it was paid, and nobody knows yet: nothing is sent, the ledger is read again.</summary>
    /// <param name="RetryAt">When.</param>
    public sealed record Unknown(DateTimeOffset RetryAt) : Submission;

    /// <summary>There is nothing to wait for: refused, expired, cancelled, or never to be known. The record says which.</summary>
    public sealed record Ended : Submission;
}
