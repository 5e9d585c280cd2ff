namespace Evolink.Pipeline.Webhooks;

/// <summary>When a call that failed is made again: the schedule of Standard Webhooks 1.0, three days in all. Pure: the jitter is given.</summary>
public static class WebhookSchedule
{
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>How long to wait after the last call; null where it was the last one. Up to a tenth is added, so that many do not come back together.</summary>
    /// <param name="tries">Calls so far, at least 1.</param>
    /// <param name="retryAfter">What the receiver asked for; it counts where it is longer.</param>
    /// <param name="jitter">0 to 1.</param>
    public static TimeSpan? After(int tries, TimeSpan? retryAfter, double jitter)
    {
        if (tries > Delays.Length)
            return null;
        TimeSpan own = Delays[tries - 1];
        TimeSpan delay = retryAfter is { } asked && asked > own ? (asked < Delays[^1] ? asked : Delays[^1]) : own;
        return delay * (1 + (0.1 * Math.Clamp(jitter, 0, 1)));
    }
}
