namespace Evolink.Client;

/// <summary>How <see cref="EvolinkClient.WaitForCompletionAsync"/> waits.</summary>
public sealed record WaitOptions
{
    /// <summary>The <see cref="VideoTaskInfo.EstimatedTime"/> of the submit's answer; later readings correct it. Default 120 s.</summary>
    public TimeSpan? EstimatedTime { get; init; }

    /// <summary>When to give up. The task itself goes on, and can be waited for again. Default 1 hour.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Shortest pause between two reads. Default 8 s.</summary>
    public TimeSpan MinPollInterval { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest pause between two reads, unless Evolink asks for a longer one. Default 15 s.</summary>
    public TimeSpan MaxPollInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long "no such task" is not believed, for a new task may not be found at once. Default 2 minutes.</summary>
    public TimeSpan NotFoundGrace { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Told every reading.</summary>
    public IProgress<VideoTask>? Progress { get; init; }
}
