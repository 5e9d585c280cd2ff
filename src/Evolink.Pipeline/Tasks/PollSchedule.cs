namespace Evolink.Pipeline.Tasks;

/// <summary>When a task is read. Pure: the jitter is given.</summary>
/// <param name="AcceptedAt">When Evolink accepted the task.</param>
/// <param name="Estimate">How long Evolink thinks it takes.</param>
/// <param name="CallbackExpected">Whether a callback will most likely tell the end, so that polls are a safety net only.</param>
/// <param name="Floor">Shortest time between two reads.</param>
/// <param name="Deadline">After this time one last read is made.</param>
public sealed record PollSchedule(DateTimeOffset AcceptedAt, TimeSpan Estimate, bool CallbackExpected, TimeSpan Floor, DateTimeOffset Deadline)
{
    // Below that, a grid would be too coarse for the pause.
    private static readonly TimeSpan ShortestOnGrid = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Ceiling = TimeSpan.FromHours(1);

    // An estimate that is nonsense must not cost the hours in which the result can be had.
    private static readonly TimeSpan LongestFirst = TimeSpan.FromMinutes(30);

    /// <summary>The estimate that is used where Evolink gives none: its usual one.</summary>
    public static readonly TimeSpan DefaultEstimate = TimeSpan.FromSeconds(120);

    /// <summary>Whether reads at the same time are one call: then all fall on one grid, and else they are spread.</summary>
    public bool AreShared { get; init; }

    /// <summary>The first read: about when the task should be done; with a callback on its way, well after that.</summary>
    /// <param name="jitter">0 to 1.</param>
    public DateTimeOffset First(double jitter)
    {
        TimeSpan wait = CallbackExpected ? (Estimate * 1.5) + (Floor * 2) : Estimate;
        return After(AcceptedAt, Min(Max(wait, Floor), LongestFirst), jitter);
    }

    /// <summary>
    /// The read after one at <paramref name="now"/>: the pause grows with the age of the task (a tenth of it, or a quarter while a callback
    /// is expected), so that a task of two minutes is read every dozen seconds, one of a day once an hour, and the history stays small.
    /// </summary>
    /// <param name="now">The time of the last read.</param>
    /// <param name="jitter">0 to 1.</param>
    public DateTimeOffset Next(DateTimeOffset now, double jitter)
    {
        TimeSpan age = Max(now - AcceptedAt, TimeSpan.Zero);
        TimeSpan pause = Min(Max(age * (CallbackExpected ? 0.25 : 0.1), CallbackExpected ? Floor * 2 : Floor), Ceiling);
        return After(now, pause, jitter);
    }

    private DateTimeOffset After(DateTimeOffset from, TimeSpan pause, double jitter)
    {
        DateTimeOffset at = AreShared && pause >= ShortestOnGrid ? OnGrid(from + pause, pause) : from + Spread(pause, jitter);
        return at > Deadline ? Deadline : at;
    }

    // The nearest point, so that it is at most an eighth of the pause off. Steps are powers of two seconds, so that the points of a wide
    // grid lie on all narrower ones.
    private static DateTimeOffset OnGrid(DateTimeOffset due, TimeSpan pause)
    {
        long step = TimeSpan.TicksPerSecond << (int)Math.Log2(pause.TotalSeconds / 4);
        return new DateTimeOffset((due.UtcTicks + (step / 2)) / step * step, TimeSpan.Zero);
    }

    // Ten percent to either side: jobs that were accepted together do not read together.
    private static TimeSpan Spread(TimeSpan pause, double jitter) => pause * (0.9 + (0.2 * Math.Clamp(jitter, 0, 1)));

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
