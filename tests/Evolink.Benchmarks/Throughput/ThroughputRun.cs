using System.Collections.Concurrent;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Throughput;

/// <summary>One storage and one provider: the app in a process of its own, loaded from here.</summary>
internal sealed class ThroughputRun(string storageName, string providerName, int videoBytes)
{
    public const string Simulator = "simulator";
    public const string Loopback = "loopback";

    private const int WarmUpBatch = 400;

    public async Task<IReadOnlyList<ThroughputResult>> RunAsync(IReadOnlyList<int> inFlight, int generations)
    {
        using Scratch scratch = new();
        await using StorageServer storage = await StorageServer.StartAsync(storageName);
        await using AppProcess? simulator = providerName == Simulator
            ? await AppProcess.StartAsync([SimulatorHostCommand.Name, "--video-bytes", $"{videoBytes}"])
            : null;
        await using LoopbackProvider provider = new(videoBytes, TimeSpan.Zero);
        await using AppProcess app = await AppProcess.StartAsync(new AppOrder(scratch.Journal, simulator?.Url ?? provider.Url, storage.ConnectionString), tellEnds: true);
        using GenerationClient client = new(app.Url);
        await WarmUp.RunAsync(app, () => GenerateAsync(app, client, WarmUpBatch, atOnce: 16));
        List<ThroughputResult> results = [];
        foreach (int atOnce in inFlight)
        {
            // One after the other takes long and says little by its number.
            int count = atOnce == 1 ? Math.Max(generations / 4, 1) : Math.Max(generations, atOnce * 2);
            results.Add(await MeasureAsync(app, client, storage, simulator, count, atOnce));
            ThroughputResult last = results[^1];
            await Console.Error.WriteLineAsync($"{storageName}, {providerName}, {atOnce} in flight: {last.PerSecond:0.0}/s, {last.StolenPercent:0} % stolen");
        }

        return results;
    }

    private async Task<ThroughputResult> MeasureAsync(AppProcess app, GenerationClient client, StorageServer storage, AppProcess? simulator, int count, int atOnce)
    {
        await app.ResetAsync();
        AppSample before = await app.ReadAsync();
        (double storageCpu, double simulatorCpu, double own) = (storage.CpuSeconds, simulator?.CpuSeconds ?? 0, Environment.CpuUsage.TotalTime.TotalSeconds);
        (ProcessorTime begun, long started) = (ProcessorTime.Now(), TimeProvider.System.GetTimestamp());
        IReadOnlyCollection<double> times = await GenerateAsync(app, client, count, atOnce);
        double seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        double? stolen = ProcessorTime.StolenSince(begun);
        AppSample after = await app.ReadAsync();
        double Each(double total) => total * 1000 / count;
        double Wait(bool evolink) => after.Outgoing.Where(o => o.Key.StartsWith("evolink", StringComparison.Ordinal) == evolink).Sum(o => o.Value.Milliseconds) / count;
        return new ThroughputResult(
            storageName,
            providerName,
            atOnce,
            count,
            count / seconds,
            times.Median(),
            times.Percentile(0.99),
            Each(after.CpuSeconds - before.CpuSeconds),
            Each(storage.CpuSeconds - storageCpu),
            Each((simulator?.CpuSeconds ?? 0) - simulatorCpu),
            Each(Environment.CpuUsage.TotalTime.TotalSeconds - own),
            Wait(evolink: false),
            Wait(evolink: true),
            after.Outgoing.Where(o => !o.Key.StartsWith("evolink", StringComparison.Ordinal)).Sum(o => o.Value.Calls) / (double)count,
            (after.AllocatedBytes - before.AllocatedBytes) / 1024.0 / count,
            stolen);
    }

    // As many as there shall be in flight, each going on with its next as soon as its last is over.
    private static async Task<IReadOnlyCollection<double>> GenerateAsync(AppProcess app, GenerationClient client, int count, int atOnce)
    {
        ConcurrentQueue<double> times = [];
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is int number && number <= count)
            {
                long started = TimeProvider.System.GetTimestamp();
                string job = await client.PostAsync(number);
                long ended = await app.EndOf(job);
                times.Enqueue(TimeProvider.System.GetElapsedTime(started, ended).TotalMilliseconds);
            }
        })));
        return times;
    }
}
