namespace Evolink.Pipeline.Submissions;

/// <summary>Where a job stands among the submits of all.</summary>
public abstract record SubmitPlace
{
    private SubmitPlace()
    {
    }

    /// <summary>It may be sent now, or in a moment.</summary>
    /// <param name="Slot">When; null where there is no limit.</param>
    public sealed record Near(DateTimeOffset? Slot) : SubmitPlace;

    /// <summary>It may be sent later.</summary>
    /// <param name="Slot">When.</param>
    /// <param name="LookAt">When to come back for that.</param>
    public sealed record Far(DateTimeOffset Slot, DateTimeOffset LookAt) : SubmitPlace;

    /// <summary>All that could be sent until it is too late for this job is spoken for.</summary>
    public sealed record None : SubmitPlace;
}
