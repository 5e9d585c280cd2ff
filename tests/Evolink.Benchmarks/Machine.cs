using System.Globalization;
using System.Runtime.InteropServices;

namespace Evolink.Benchmarks;

/// <summary>What was measured on.</summary>
internal sealed record Machine(string Processor, int Cores, string System, string Runtime, string? LoadAverage)
{
    /// <summary>The load average when it was over.</summary>
    public string? LoadAverageAtEnd { get; init; }

    /// <summary>Percent of the processors' time, idle time included, that the machine's host gave to others meanwhile.</summary>
    public double? StolenPercent { get; init; }

    private ProcessorTime Begun { get; } = ProcessorTime.Now();

    public static Machine Current() => new(
        Processor: Line("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Cores: Environment.ProcessorCount,
        System: RuntimeInformation.OSDescription,
        Runtime: RuntimeInformation.FrameworkDescription,
        LoadAverage: Load());

    /// <summary>The same, when everything has been measured.</summary>
    public Machine AtEnd() => this with { LoadAverageAtEnd = Load(), StolenPercent = ProcessorTime.StolenSince(Begun) };

    /// <summary>Memory that this process has now, in bytes.</summary>
    public static long Resident() => Environment.WorkingSet;

    /// <summary>Forgets the highest memory use so far, where the system can.</summary>
    public static void ResetPeak()
    {
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>The highest memory use since <see cref="ResetPeak"/>, in bytes.</summary>
    public static long Peak()
    {
        using var self = global::System.Diagnostics.Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static string? Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : null;

    private static string? Line(string file, string name) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim().ToString(CultureInfo.InvariantCulture)
        : null;
}
