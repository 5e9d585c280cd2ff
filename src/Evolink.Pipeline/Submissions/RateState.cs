using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// How far the time line of submits is given away, for all instances: <c>generations/limits/{hub}/rate.json</c>. A slot is a time on it at which
/// one submit may leave; instances lease slots that follow each other, so that no two have the same.
/// </summary>
/// <param name="LeasedUntil">The first time that nobody has leased.</param>
public sealed record RateState(DateTimeOffset LeasedUntil) : StoredDocument
{
    /// <summary>Before the first lease.</summary>
    public static RateState Untouched { get; } = new(DateTimeOffset.MinValue);

    /// <summary>Leases slots that begin now, or where the last lease ends. Time that nobody used is gone: nothing is saved up for a burst.</summary>
    public (RateState After, DateTimeOffset First) Lease(int slots, TimeSpan interval, DateTimeOffset now)
    {
        DateTimeOffset first = LeasedUntil > now ? LeasedUntil : now;
        return (this with { LeasedUntil = first + (slots * interval) }, first);
    }
}
