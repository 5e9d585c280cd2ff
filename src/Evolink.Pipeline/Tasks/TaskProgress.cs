namespace Evolink.Pipeline.Tasks;

/// <summary>What a read of the task told.</summary>
public abstract record TaskProgress
{
    private TaskProgress()
    {
    }

    /// <summary>Evolink still works on it, or could not be asked.</summary>
    /// <param name="ReadAt">When to read it next.</param>
    public sealed record Running(DateTimeOffset ReadAt) : TaskProgress;

    /// <summary>The video is finished.</summary>
    public sealed record Completed : TaskProgress;

    /// <summary>It failed in a way that the options allow to be submitted again.</summary>
    /// <param name="SubmitAt">When.</param>
    public sealed record Regenerate(DateTimeOffset SubmitAt) : TaskProgress;

    /// <summary>There will be no video: failed, cancelled, or past the deadline. The record says which.</summary>
    public sealed record Ended : TaskProgress;
}
