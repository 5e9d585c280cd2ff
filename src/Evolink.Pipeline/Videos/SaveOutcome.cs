namespace Evolink.Pipeline.Videos;

/// <summary>What came of a try to save a video.</summary>
public abstract record SaveOutcome
{
    private SaveOutcome()
    {
    }

    /// <summary>It is in storage.</summary>
    public sealed record Saved : SaveOutcome;

    /// <summary>It could not be had; it is tried again with a fresh link.</summary>
    /// <param name="RetryAt">When.</param>
    public sealed record Later(DateTimeOffset RetryAt) : SaveOutcome;

    /// <summary>It will not be saved: the result has expired or is unusable, or nobody wants it. The record says which.</summary>
    public sealed record Ended : SaveOutcome;
}
