using Evolink.Client;
using Evolink.Pipeline.Batches;

namespace Evolink.Functions.Batches;

/// <summary>What became of a batch on its way in.</summary>
public abstract record BatchIntakeResult
{
    private BatchIntakeResult()
    {
    }

    /// <summary>The batch exists and is under way, or over.</summary>
    /// <param name="Batch">Its record.</param>
    /// <param name="Replayed">Whether it was there before.</param>
    public sealed record Accepted(BatchRecord Batch, bool Replayed) : BatchIntakeResult;

    /// <summary>Items are wrong, and nothing of it was accepted.</summary>
    /// <param name="Issues">What is wrong with which.</param>
    public sealed record Refused(IReadOnlyList<ValidationIssue> Issues) : BatchIntakeResult;

    /// <summary>Its key already stands for another list.</summary>
    public sealed record Conflict : BatchIntakeResult;

    /// <summary>The app is not configured for work.</summary>
    /// <param name="Missing">The settings that are missing.</param>
    public sealed record NotReady(IReadOnlyList<string> Missing) : BatchIntakeResult;
}
