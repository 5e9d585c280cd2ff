using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Limits;

/// <summary>How much of a client's minute is given away, for all instances: <c>generations/limits/minutes/{client}.json</c>.</summary>
/// <param name="Minute">The minute, counted from the year 1.</param>
/// <param name="Leased">Requests of it that instances have leased.</param>
public sealed record MinuteState(long Minute, int Leased) : StoredDocument
{
    /// <summary>Before the first lease.</summary>
    public static MinuteState Untouched { get; } = new(0, 0);

    /// <summary>Leases up to <paramref name="wanted"/> requests of a minute.</summary>
    public (MinuteState After, int Leased) Lease(long minute, int limit, int wanted)
    {
        // An instance whose clock is a little ahead may have begun the next one: going back would give that one away twice.
        long at = Minute == minute + 1 ? Minute : minute;
        int before = Minute == at ? Leased : 0;
        int leased = Math.Clamp(limit - before, 0, wanted);
        return (this with { Minute = at, Leased = before + leased }, leased);
    }
}
