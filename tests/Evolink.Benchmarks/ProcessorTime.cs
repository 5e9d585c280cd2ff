namespace Evolink.Benchmarks;

/// <summary>How much of the machine's processor time was somebody else's: a virtual machine's host may give it less than it shows.</summary>
/// <param name="Total">Ticks of all processors so far, the idle ones too.</param>
/// <param name="Stolen">Those of them in which a processor of the host was wanted and not given.</param>
internal sealed record ProcessorTime(long Total, long Stolen)
{
    private const string Statistics = "/proc/stat";
    private const int StolenField = 7;

    // What follows it is counted in the first two already.
    private const int Fields = 8;

    public static ProcessorTime Now()
    {
        if (!OperatingSystem.IsLinux())
            return new ProcessorTime(0, 0);
        long[] ticks = [.. File.ReadLines(Statistics).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(Fields).Select(long.Parse)];
        return new ProcessorTime(ticks.Sum(), ticks[StolenField]);
    }

    /// <summary>Percent that were stolen since; null where the system does not tell.</summary>
    public static double? StolenSince(ProcessorTime before)
    {
        ProcessorTime now = Now();
        return now.Total > before.Total ? 100.0 * (now.Stolen - before.Stolen) / (now.Total - before.Total) : null;
    }
}
