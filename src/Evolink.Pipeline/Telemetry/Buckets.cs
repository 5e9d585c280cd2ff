using System.Diagnostics.Metrics;

namespace Evolink.Pipeline.Telemetry;

/// <summary>Boundaries of histograms that fit what is measured: the usual ones are made for requests of milliseconds.</summary>
internal static class Buckets
{
    /// <summary>From a tenth of a second to a day.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 180, 300, 600, 1800, 3600, 7200, 21600, 86400],
    };

    /// <summary>From 100 KB/s to 1 GB/s.</summary>
    public static InstrumentAdvice<double> BytesPerSecond { get; } = new()
    {
        HistogramBucketBoundaries = [1e5, 3e5, 1e6, 3e6, 1e7, 2e7, 5e7, 1e8, 2e8, 5e8, 1e9],
    };
}
