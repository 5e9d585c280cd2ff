using System.Text.Json.Serialization;

namespace Evolink.Benchmarks.Copy;

/// <summary>One measurement in one process.</summary>
/// <param name="Seconds">Of each copy.</param>
/// <param name="CpuSeconds">Processor time of all copies together.</param>
/// <param name="PeakBytes">Highest memory use of the process while it copied.</param>
/// <param name="GrowthBytes">How much that is above what the process had before; null where it cannot be known.</param>
internal sealed record CopySample(double[] Seconds, double CpuSeconds, long PeakBytes, long? GrowthBytes);

/// <summary>What came of one variant, size and target: medians over the rounds; of the machine's time that its host gave to others, with the warm-ups.</summary>
internal sealed record CopyResult(
    string Target,
    long Bytes,
    string Variant,
    int Rounds,
    double Seconds,
    double MegabytesPerSecond,
    double CpuSecondsPerGib,
    double PeakMib,
    double? GrowthMib,
    double? HeadersToCommitMs,
    double? StolenPercent);

/// <summary>Everything.</summary>
internal sealed record CopyReport(string Command, Machine Machine, IReadOnlyList<string> Skipped, IReadOnlyList<CopyResult> Results);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CopyReport))]
[JsonSerializable(typeof(CopySample))]
internal sealed partial class CopyJson : JsonSerializerContext;
