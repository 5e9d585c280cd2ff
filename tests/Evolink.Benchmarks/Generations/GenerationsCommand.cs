using System.CommandLine;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Evolink.LocalHost.Azurite;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;

namespace Evolink.Benchmarks.Generations;

/// <summary><c>generations</c>: what one generation costs on the real engine, and how many there are in a second.</summary>
internal static class GenerationsCommand
{
    public const string Hub = "benchmark";
    private const string ClientKey = "client-key-of-the-benchmarks";

    public static Command Build()
    {
        Option<int[]> inFlight = new("--in-flight") { Description = "Generations at once.", DefaultValueFactory = _ => [1, 16], AllowMultipleArgumentsPerToken = true };
        Option<int> count = new("--count") { Description = "How many at each.", DefaultValueFactory = _ => 150 };
        Option<int> warmUp = new("--warm-up") { Description = "How many before that, for the compiler.", DefaultValueFactory = _ => 150 };
        Option<int> videoBytes = new("--video-bytes") { Description = "Length of a video.", DefaultValueFactory = _ => 1_000_000 };
        Option<bool> polls = new("--without-callbacks") { Description = "Evolink cannot call back: the app polls." };
        Command command = new("generations", "Storage requests, processor time and throughput of generations on the embedded host, Durable on Azurite.")
        {
            inFlight, count, warmUp, videoBytes, polls,
        };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            List<GenerationsResult> results = await RunAsync(
                parsed.GetValue(inFlight)!, parsed.GetValue(count), parsed.GetValue(warmUp), parsed.GetValue(videoBytes), callbacks: !parsed.GetValue(polls));
            Output.Heading($"generations --in-flight {string.Join(' ', parsed.GetValue(inFlight)!)} --count {parsed.GetValue(count)}", machine.AtEnd());
            Print(results);
            return 0;
        });
        return command;
    }

    private static async Task<List<GenerationsResult>> RunAsync(int[] inFlight, int count, int warmUp, int videoBytes, bool callbacks)
    {
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        await using StorageProxy storage = await StorageProxy.StartAsync(azurite, Hub);
        await using RunningSimulator simulator = await StartSimulatorAsync(videoBytes);
        await using HostProcess app = await HostProcess.StartAsync(Settings(storage, simulator, callbacks));
        using HttpClient client = ClientOf(app);
        using var emulator = Process.GetProcessById(azurite.ProcessId);
        await GenerateAsync(client, storage, warmUp, 16);
        List<GenerationsResult> results = [];
        foreach (int atOnce in inFlight)
        {
            storage.Reset();
            emulator.Refresh();
            (double Host, double Worker) before = app.CpuSeconds;
            double emulated = emulator.TotalProcessorTime.TotalSeconds;
            long started = TimeProvider.System.GetTimestamp();
            IReadOnlyCollection<double> times = await GenerateAsync(client, storage, count, atOnce);
            double seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            (double Host, double Worker) after = app.CpuSeconds;
            emulator.Refresh();
            results.Add(new GenerationsResult(
                atOnce,
                count / seconds,
                times.Median(),
                times.Percentile(0.99),
                storage.Counts.ToDictionary(each => each.Key, each => each.Value / (double)count),
                (after.Host - before.Host) * 1000 / count,
                (after.Worker - before.Worker) * 1000 / count,
                (emulator.TotalProcessorTime.TotalSeconds - emulated) * 1000 / count,
                app.Resident));
        }

        return results;
    }

    /// <summary>An Evolink whose tasks take no time.</summary>
    public static Task<RunningSimulator> StartSimulatorAsync(int videoBytes) => SimulatorApp.StartAsync(new SimulatorOptions
    {
        AllowLoopback = true,
        FetchImages = false,
        TaskDuration = TimeSpan.Zero,
        VideoBytes = videoBytes,
    });

    public static HttpClient ClientOf(HostProcess app) =>
        new() { BaseAddress = app.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ClientKey) } };

    public static Dictionary<string, string?> Settings(StorageProxy storage, RunningSimulator simulator, bool callbacks)
    {
        string evolink = simulator.BaseUrl.GetLeftPart(UriPartial.Authority);
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["AzureWebJobsStorage"] = storage.ConnectionString,
            [EvolinkStorage.Connection] = storage.ConnectionString,
            ["AzureFunctionsJobHost:extensions:durableTask:hubName"] = Hub,
            // As on Flex Consumption.
            ["AzureFunctionsJobHost:extensions:durableTask:storageProvider:maxQueuePollingInterval"] = "00:00:01",
            ["Evolink:Storage:ConnectionString"] = storage.ConnectionString,
            ["Evolink:ApiKey"] = SimulatorOptions.DevelopmentKey,
            ["Evolink:BaseUrl"] = evolink,
            ["Evolink:FilesBaseUrl"] = evolink,
            ["Evolink:AllowLoopback"] = "true",
            ["Evolink:ClientKeys:benchmark:0"] = ClientKey,
        };
        if (callbacks)
        {
            settings["Evolink:Callback:CurrentKey"] = "k1";
            settings["Evolink:Callback:Keys:k1"] = "callback-key-of-the-benchmarks-0123456789";
        }

        return settings;
    }

    // As many as there shall be in flight, each going on with its next as soon as its last is over.
    public static async Task<IReadOnlyCollection<double>> GenerateAsync(HttpClient client, StorageProxy storage, int count, int atOnce)
    {
        List<double> times = [];
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is int number && number <= count)
            {
                long started = TimeProvider.System.GetTimestamp();
                long ended = await storage.EndOf(await PostAsync(client, number));
                lock (times)
                    times.Add(TimeProvider.System.GetElapsedTime(started, ended).TotalMilliseconds);
            }
        })));
        return times;
    }

    private static async Task<string> PostAsync(HttpClient client, int number)
    {
        using StringContent body = new(
            $$"""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano, take {{number}}","image_urls":["https://example.com/cat.png"]}""",
            new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage response = await client.PostAsync("v1/videos/generations", body);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static void Print(List<GenerationsResult> results)
    {
        Output.Table(
            "| in flight | generations/s | p50 ms | p99 ms | CPU ms: host | worker | Azurite | RSS MB: host | worker |",
            results.Select(r => (FormattableString)$"| {r.InFlight} | {r.PerSecond:0.0} | {r.P50Ms:0} | {r.P99Ms:0} | {r.HostCpuMs:0} | {r.WorkerCpuMs:0} | {r.AzuriteCpuMs:0} | {r.Resident.Host >> 20} | {r.Resident.Worker >> 20} |"));
        Console.WriteLine();
        Output.Table(
            "| in flight | requests | app: blob writes | reads | deletes | Durable: blob | queue | table | host |",
            results.Select(r => (FormattableString)$"| {r.InFlight} | {r.Of(""):0.0} | {r.Of("app blob write"):0.0} | {r.Of("app blob read"):0.0} | {r.Of("app blob delete"):0.0} | {r.Of("durable blob"):0.0} | {r.Of("durable queue"):0.0} | {r.Of("durable table"):0.0} | {r.Of("host"):0.0} |"));
    }
}

/// <summary>What was measured with so many in flight; requests and processor time are for each generation.</summary>
internal sealed record GenerationsResult(
    int InFlight, double PerSecond, double P50Ms, double P99Ms, IReadOnlyDictionary<string, double> Requests, double HostCpuMs, double WorkerCpuMs, double AzuriteCpuMs,
    (long Host, long Worker) Resident)
{
    public double Of(string begin) => Requests.Where(each => each.Key.StartsWith(begin, StringComparison.Ordinal)).Sum(each => each.Value);
}
