using System.Collections.Immutable;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// How far the time line of submits is given away, for all instances: <c>generations/limits/{hub}/rate.json</c>. A slot is a time on it at which
/// one submit may leave. Every slot is leased to one job that asked for it, so that no two leave at the same time, and none is leased that
/// nobody uses.
/// </summary>
/// <param name="LeasedUntil">The first time that was never leased.</param>
public sealed record RateState(DateTimeOffset LeasedUntil) : StoredDocument
{
    /// <summary>So many stretches are kept at most, earliest first; the time of others passes unused.</summary>
    internal const int MostFree = 100;

    /// <summary>Before the first lease.</summary>
    public static RateState Untouched { get; } = new(DateTimeOffset.MinValue);

    /// <summary>Stretches before <see cref="LeasedUntil"/> that jobs gave back which do not need their slots any more, in order.</summary>
    public ImmutableArray<FreeTime> Free { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>The first time that was never leased of what is kept apart for second tries.</summary>
    public DateTimeOffset SecondTriesUntil { get; init; }

    /// <summary>
    /// Leases a slot for each of several jobs: the first one that is free now, or later. Time that nobody used is gone: nothing is saved up
    /// for a burst.
    /// </summary>
    /// <param name="asks">What the jobs ask for.</param>
    /// <param name="spacing">Distances of slots.</param>
    /// <param name="now">Now.</param>
    /// <returns>The state after it, this very one where nothing was leased; and each job's slot, null where none is free in time.</returns>
    public (RateState After, IReadOnlyList<DateTimeOffset?> Slots) Lease(
        IReadOnlyList<SlotAsk> asks, SlotSpacing spacing, DateTimeOffset now)
    {
        RateState state = this;
        DateTimeOffset?[] slots = new DateTimeOffset?[asks.Count];
        for (int i = 0; i < slots.Length; i++)
        {
            (RateState after, DateTimeOffset slot) = state.LeaseNext(spacing.First, now);
            if (asks[i].IsSecondTry && state.LeaseSecondTry(spacing.Second, now) is var apart && apart.Slot < slot)
                (after, slot) = apart;
            if (slot <= asks[i].Latest)
                (state, slots[i]) = (after, slot);
        }

        return (state, slots);
    }

    /// <summary>Takes back the slot of a job that will not use it.</summary>
    public RateState Return(DateTimeOffset slot, TimeSpan interval, DateTimeOffset now)
    {
        DateTimeOffset end = slot + interval;
        if (slot <= now || end > LeasedUntil)
            return this;
        // The last one was never leased, then.
        if (end == LeasedUntil)
            return this with { LeasedUntil = slot };
        if (Free.Any(free => free.From < end && slot < free.Until))
            return this;
        List<FreeTime> merged = [];
        foreach (FreeTime free in Free.Add(new FreeTime(slot, end)).Where(free => free.Until > now).OrderBy(free => free.From))
        {
            if (merged is [.., var last] && last.Until == free.From)
                merged[^1] = last with { Until = free.Until };
            else
                merged.Add(free);
        }

        return this with { Free = [.. merged.Take(MostFree)] };
    }

    private (RateState After, DateTimeOffset Slot) LeaseNext(TimeSpan interval, DateTimeOffset now)
    {
        // What has passed, or is too short for a whole interval since time went on within it, is dropped on the way.
        for (int i = 0; i < Free.Length; i++)
        {
            DateTimeOffset from = Later(Free[i].From, now);
            if (from + interval <= Free[i].Until)
                return (this with { Free = Free.RemoveRange(0, i).SetItem(0, Free[i] with { From = from + interval }) }, from);
        }

        DateTimeOffset slot = Later(LeasedUntil, now);
        return (this with { LeasedUntil = slot + interval, Free = [] }, slot);
    }

    private (RateState After, DateTimeOffset Slot) LeaseSecondTry(TimeSpan interval, DateTimeOffset now)
    {
        DateTimeOffset slot = Later(SecondTriesUntil, now);
        return (this with { SecondTriesUntil = slot + interval }, slot);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>What a job asks for.</summary>
/// <param name="Latest">The time after which a slot is of no use to it; then it leases none.</param>
/// <param name="IsSecondTry">Whether it had a slot before, and lost it.</param>
public sealed record SlotAsk(DateTimeOffset Latest, bool IsSecondTry);

/// <summary>Distances of slots.</summary>
/// <param name="First">Of those for everybody.</param>
/// <param name="Second">Of those that are kept apart for second tries.</param>
public sealed record SlotSpacing(TimeSpan First, TimeSpan Second);

/// <summary>A stretch of the time line.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="Until">Its end, which does not belong to it.</param>
public sealed record FreeTime(DateTimeOffset From, DateTimeOffset Until) : StoredDocument;
