namespace Evolink.Simulator;

/// <summary>A callback that is sent at once, genuine or forged.</summary>
internal sealed record ForcedCallback
{
    /// <summary>The body, JSON or not; <see langword="null"/>: what the task's query would answer.</summary>
    public string? Body { get; init; }

    /// <summary>The task's own body, but with this status.</summary>
    public string? Status { get; init; }

    /// <summary>Where to; <see langword="null"/>: the task's callback URL.</summary>
    public string? Url { get; init; }

    /// <summary>How many are sent at once.</summary>
    public int Copies { get; init; } = 1;
}
