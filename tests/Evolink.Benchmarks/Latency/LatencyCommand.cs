using System.CommandLine;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Latency;

/// <summary><c>latency</c>: from a callback that is sent to the record that says completed, with the video in storage.</summary>
internal static class LatencyCommand
{
    private const int WarmUpAtOnce = 50;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    public static Command Build()
    {
        Option<int[]> concurrent = new("--concurrent") { Description = "Callbacks at once.", DefaultValueFactory = _ => [1, 50, 500], AllowMultipleArgumentsPerToken = true };
        Option<int> samples = new("--samples") { Description = "Least number of callbacks at each.", DefaultValueFactory = _ => 200 };
        Option<string[]> storage = new("--storage") { Description = "memory, azurite.", DefaultValueFactory = _ => [StorageServer.Memory, StorageServer.Azurite], AllowMultipleArgumentsPerToken = true };
        storage.AcceptOnlyFromAmong(StorageServer.Memory, StorageServer.Azurite);
        Option<int> videoBytes = new("--video-bytes") { Description = "Length of a video.", DefaultValueFactory = _ => 1_000_000 };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of a table." };
        Command command = new("latency", "From the callback to the completed record.") { concurrent, samples, storage, videoBytes, json };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            List<LatencyResult> results = [];
            foreach (string target in parsed.GetValue(storage)!)
                results.AddRange(await RunAsync(target, parsed.GetValue(concurrent)!, parsed.GetValue(samples), parsed.GetValue(videoBytes)));
            LatencyReport report = new(
                $"latency --concurrent {string.Join(' ', parsed.GetValue(concurrent)!)} --samples {parsed.GetValue(samples)} --storage {string.Join(' ', parsed.GetValue(storage)!)}", machine.AtEnd(), results);
            if (parsed.GetValue(json))
                Output.Json(report, BenchmarkJson.Default.LatencyReport);
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<LatencyResult>> RunAsync(string storageName, int[] concurrent, int samples, int videoBytes)
    {
        using Scratch scratch = new();
        await using StorageServer storage = await StorageServer.StartAsync(storageName);
        await using LoopbackProvider provider = new(videoBytes, taskTime: null);
        await using AppProcess app = await AppProcess.StartAsync(new AppOrder(scratch.Journal, provider.Url, storage.ConnectionString), tellEnds: true);
        using GenerationClient client = new(app.Url);
        await WarmUp.RunAsync(app, () => RoundAsync(app, provider, client, Math.Max(samples, 50), Math.Min(concurrent.Max(), WarmUpAtOnce)));
        List<LatencyResult> results = [];
        foreach (int atOnce in concurrent)
        {
            ProcessorTime begun = ProcessorTime.Now();
            List<double> times = await RoundAsync(app, provider, client, Math.Max(samples, atOnce), atOnce);
            results.Add(new LatencyResult(storageName, atOnce, times.Count, times.Median(), times.Percentile(0.99), times.Max(), ProcessorTime.StolenSince(begun)));
            await Console.Error.WriteLineAsync($"{storageName}, {atOnce} at once: p50 {results[^1].P50Ms:0.0} ms");
        }

        return results;
    }

    private static async Task<List<double>> RoundAsync(AppProcess app, LoopbackProvider provider, GenerationClient client, int count, int atOnce)
    {
        int before = provider.Submits;
        HashSet<string> known = [.. provider.Tasks.Select(task => task.Id)];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) => await client.PostAsync(number));
        while (provider.Submits < before + count)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        // Submitted, written down, and asleep.
        await Task.Delay(Settling, TimeProvider.System);

        List<double> times = [];
        foreach (ProviderTask[] batch in provider.Tasks.Where(task => !known.Contains(task.Id)).Chunk(atOnce))
            times.AddRange(await Task.WhenAll(batch.Select(task => Task.Run(() => EndAsync(app, task)))));
        return times;
    }

    private static async Task<double> EndAsync(AppProcess app, ProviderTask task)
    {
        byte[] callback = LoopbackProvider.CallbackRequest(task, "completed");
        using HttpLoad.Connection connection = await HttpLoad.Connection.OpenAsync(app.Url);
        task.End();
        long sent = TimeProvider.System.GetTimestamp();
        await connection.SendAsync(callback);
        return TimeProvider.System.GetElapsedTime(sent, await app.EndOf(task.Job)).TotalMilliseconds;
    }

    private static void Print(LatencyReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| storage | callbacks at once | samples | p50 ms | p99 ms | longest ms | stolen % |",
            report.Results.Select(r => (FormattableString)$"| {r.Storage} | {r.Concurrent} | {r.Samples} | {r.P50Ms:0.0} | {r.P99Ms:0.0} | {r.LongestMs:0.0} | {r.StolenPercent:0} |"));
    }
}

/// <summary>Times from callback to record.</summary>
internal sealed record LatencyResult(string Storage, int Concurrent, int Samples, double P50Ms, double P99Ms, double LongestMs, double? StolenPercent);

/// <summary>Everything.</summary>
internal sealed record LatencyReport(string Command, Machine Machine, IReadOnlyList<LatencyResult> Results);
