using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Videos;

/// <summary>What came of collecting a video.</summary>
public abstract record Collected
{
    private Collected()
    {
    }

    /// <summary>Evolink still works on it, or it could not be had.</summary>
    /// <param name="At">When to try again.</param>
    public sealed record Later(DateTimeOffset At) : Collected;

    /// <summary>Its task failed, and another attempt may be paid for; or it was found while another execution gave it up.</summary>
    /// <param name="At">When to submit, or to find out; null for at once.</param>
    public sealed record Resubmit(DateTimeOffset? At) : Collected;

    /// <summary>The run is over: completed, failed or cancelled.</summary>
    /// <param name="End">Its end, which is to be told.</param>
    public sealed record Ended(GenerationEnd End) : Collected;
}
