namespace Evolink.Benchmarks.Copy;

/// <summary>All variants on one target with one size, taking turns.</summary>
internal sealed class CopySeries(string target, long bytes, int rounds)
{
    private const long Gib = 1L << 30;
    private const double Mib = 1 << 20;
    private const long Small = 64L << 20;
    private const int SmallCopies = 20;
    private const int SmallWarmups = 10;

    // One copy of a few milliseconds says nothing.
    private readonly int _copies = bytes < Small ? SmallCopies : 1;
    private readonly int _warmups = bytes < Small ? SmallWarmups : 1;
    private readonly Dictionary<CopyVariant, List<(CopySample Sample, double? HeadersToCommit)>> _samples = [];

    public async Task<IReadOnlyList<CopyResult>> RunAsync()
    {
        CopyVariant[] variants = Variants();
        for (int round = 0; round < rounds; round++)
        {
            // Not always in the same order: what one leaves behind must not always meet the same other.
            foreach (CopyVariant variant in round % 2 == 0 ? variants : variants.Reverse())
                await RunAsync(variant);
        }

        return [.. variants.Select(Result)];
    }

    private CopyVariant[] Variants() => [.. Enum.GetValues<CopyVariant>().Where(variant => variant switch
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
        CopySample sample = await CopyProcess.RunAsync(variant, source.Url.AbsoluteUri, storage.Storage, bytes, _copies, _warmups);
        double? headersToCommit = null;
        if (bytes < Small && storage.Observer is { } sink)
        {
            headersToCommit = source.HeadsSent.Zip(sink.Commits, (head, commit) => TimeProvider.System.GetElapsedTime(head, commit).TotalMilliseconds)
                .TakeLast(_copies).Median();
        }

        if (!_samples.TryGetValue(variant, out var samples))
            _samples[variant] = samples = [];
        samples.Add((sample, headersToCommit));
        await Console.Error.WriteLineAsync($"{target} {bytes:N0} bytes, {variant}: {bytes / sample.Seconds.Median() / 1e6:0} MB/s");
    }

    private CopyResult Result(CopyVariant variant)
    {
        var samples = _samples[variant];
        double seconds = samples.SelectMany(s => s.Sample.Seconds).Median();
        return new CopyResult(
            target,
            bytes,
            variant.ToString().ToLowerInvariant(),
            rounds,
            seconds,
            bytes / seconds / 1e6,
            samples.Select(s => s.Sample.CpuSeconds / _copies * Gib / bytes).Median(),
            samples.Select(s => s.Sample.PeakBytes / Mib).Max(),
            samples.Max(s => s.Sample.GrowthBytes) / Mib,
            samples.All(s => s.HeadersToCommit is not null) ? samples.Select(s => s.HeadersToCommit!.Value).Median() : null);
    }
}
