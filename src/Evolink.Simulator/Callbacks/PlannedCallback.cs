namespace Evolink.Simulator;

/// <summary>A callback to be sent.</summary>
/// <param name="What">Its name in the ledger.</param>
/// <param name="Url">Where to.</param>
/// <param name="Body">Its body, JSON or not.</param>
internal sealed record PlannedCallback(string What, string Url, Func<HttpContent> Body)
{
    /// <summary>How long after the task's end.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many are sent at once.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>Whether it is tried again as the contract says. What nobody can accept is sent once.</summary>
    public bool Retries { get; init; } = true;

    /// <summary>Callbacks with a lower order are over, retries included, before this one is sent.</summary>
    public int Order { get; init; }
}
