namespace Evolink.Benchmarks.Copy;

/// <summary>How to measure.</summary>
/// <param name="Rounds">How often each variant runs.</param>
/// <param name="Variants">Which.</param>
/// <param name="BlockBytes">Size of a block; 0: the app's own.</param>
/// <param name="InFlight">Blocks of one copy at a time; 0: the app's own.</param>
internal sealed record CopyPlan(int Rounds, IReadOnlyList<CopyVariant> Variants, int BlockBytes, int InFlight);

/// <summary>All variants on one target with one size, taking turns.</summary>
internal sealed class CopySeries(string target, long bytes, CopyPlan plan)
{
    private const long Gib = 1L << 30;
    private const double Mib = 1 << 20;
    private const long Small = 64L << 20;
    private const int SmallCopies = 20;
    private const int SmallWarmups = 30;
    private const int LargeWarmups = 4;

    // One copy of a few milliseconds says nothing.
    private readonly int _copies = bytes < Small ? SmallCopies : 1;
    private readonly int _warmups = bytes < Small ? SmallWarmups : LargeWarmups;
    // The emulator takes so long for large ones that the differences between copies drown in its own.
    private readonly int _rounds = target == CopyTarget.Azurite && bytes > Gib ? Math.Min(plan.Rounds, 2) : plan.Rounds;
    private readonly Dictionary<CopyVariant, List<(CopySample Sample, double? HeadersToCommit, double? StolenPercent)>> _samples = [];

    public async Task<IReadOnlyList<CopyResult>> RunAsync()
    {
        CopyVariant[] variants = Variants();
        for (int round = 0; round < _rounds; round++)
        {
            // Not always in the same order: what one leaves behind must not always meet the same other.
            foreach (CopyVariant variant in round % 2 == 0 ? variants : variants.Reverse())
                await RunAsync(variant);
        }

        return [.. variants.Select(Result)];
    }

    private CopyVariant[] Variants() => [.. plan.Variants.Where(variant => variant switch
    {
        CopyVariant.Evolink or CopyVariant.Sdk => true,
        CopyVariant.Rclone => CopyProcess.HasRclone,
        // The limits are those of large copies, and Azurite is its own limit.
        _ => target == CopyTarget.Sink && bytes >= Small,
    })];

    private async Task RunAsync(CopyVariant variant)
    {
        await using LoopbackSource source = new(TimeProvider.System);
        await using CopyTarget storage = await CopyTarget.StartAsync(target);
        ProcessorTime before = ProcessorTime.Now();
        CopySample sample = await CopyProcess.RunAsync(variant, source.Url.AbsoluteUri, storage.Storage, bytes, _copies, _warmups, plan);
        double? stolen = ProcessorTime.StolenSince(before);
        double? headersToCommit = null;
        if (bytes < Small && storage.Observer is { } sink)
        {
            headersToCommit = source.HeadsSent.Zip(sink.Commits, (head, commit) => TimeProvider.System.GetElapsedTime(head, commit).TotalMilliseconds)
                .TakeLast(_copies).Median();
        }

        if (!_samples.TryGetValue(variant, out var samples))
            _samples[variant] = samples = [];
        samples.Add((sample, headersToCommit, stolen));
        await Console.Error.WriteLineAsync($"{target} {bytes:N0} bytes, {variant}: {bytes / sample.Seconds.Median() / 1e6:0} MB/s, {stolen:0} % stolen");
    }

    private CopyResult Result(CopyVariant variant)
    {
        var samples = _samples[variant];
        double seconds = samples.SelectMany(s => s.Sample.Seconds).Median();
        return new CopyResult(
            target,
            bytes,
            variant.ToString().ToLowerInvariant(),
            _rounds,
            seconds,
            bytes / seconds / 1e6,
            samples.Select(s => s.Sample.CpuSeconds / _copies * Gib / bytes).Median(),
            samples.Select(s => s.Sample.PeakBytes / Mib).Max(),
            samples.Max(s => s.Sample.GrowthBytes) / Mib,
            samples.All(s => s.HeadersToCommit is not null) ? samples.Select(s => s.HeadersToCommit!.Value).Median() : null,
            samples.All(s => s.StolenPercent is not null) ? samples.Select(s => s.StolenPercent!.Value).Median() : null);
    }
}
