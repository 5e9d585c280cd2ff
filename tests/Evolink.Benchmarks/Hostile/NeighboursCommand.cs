using System.Collections.Concurrent;
using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Hostile;

/// <summary><c>neighbours</c>: how long one client waits while another one, over its limits, hammers at the same app.</summary>
internal static class NeighboursCommand
{
    private const string Quiet = "bob-whose-key-is-good";
    private const string Loud = "mallory-whose-key-is-good";

    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["Evolink:ClientKeys:bob:0"] = Quiet,
        ["Evolink:ClientKeys:mallory:0"] = Loud,
        ["Evolink:Limits:Clients:mallory:RequestsPerMinute"] = "60",
    };

    public static Command Build()
    {
        Option<int> seconds = new("--seconds") { Description = "How long each phase takes.", DefaultValueFactory = _ => 20 };
        Option<int> rounds = new("--rounds") { Description = "Quiet and loud phases, taking turns.", DefaultValueFactory = _ => 3 };
        Option<int> perSecond = new("--rate") { Description = "Requests of the quiet client in a second.", DefaultValueFactory = _ => 50 };
        Option<int> connections = new("--connections") { Description = "Connections of the loud one, each sending again as soon as it was answered.", DefaultValueFactory = _ => 8 };
        Option<string?> azurite = new("--azurite") { Description = "Folder with an installation of Azurite; default: eng/azurite." };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of words." };
        Command command = new("neighbours", "The waiting time of one client while another one is refused at full speed.") { seconds, rounds, perSecond, connections, azurite, json };
        command.SetAction(async parsed =>
        {
            await using ServedApp app = await ServedApp.StartAsync(Settings, parsed.GetValue(azurite));
            NeighboursReport report = await MeasureAsync(
                app.Address, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(perSecond), parsed.GetValue(connections));
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, NeighboursJson.Default.NeighboursReport) : report.ToString());
            return 0;
        });
        return command;
    }

    private static async Task<NeighboursReport> MeasureAsync(Uri address, TimeSpan phase, int rounds, int perSecond, int connections)
    {
        await AskAsync(address, phase / 4, perSecond); // compiles
        List<double> quiet = [], loud = [];
        (int refused, int passed) = (0, 0);
        for (int round = 0; round < rounds; round++)
        {
            quiet.AddRange(await AskAsync(address, phase, perSecond));
            using CancellationTokenSource stop = new();
            Task<(int Refused, int Passed)> hammer = HammerAsync(address, connections, stop.Token);
            loud.AddRange(await AskAsync(address, phase, perSecond));
            await stop.CancelAsync();
            (int more, int let) = await hammer;
            (refused, passed) = (refused + more, passed + let);
        }

        return new NeighboursReport(
            Rounded(quiet, 0.5), Rounded(quiet, 0.99), Rounded(loud, 0.5), Rounded(loud, 0.99), Math.Round(loud.Percentile(0.99) / quiet.Percentile(0.99), 2),
            quiet.Count + loud.Count, (int)(refused / (phase.TotalSeconds * rounds)), passed);
    }

    // At even distances, whether or not the last one was answered: who waits with the next question until then does not see the queue.
    private static async Task<IReadOnlyList<double>> AskAsync(Uri address, TimeSpan duration, int perSecond)
    {
        using HttpClient client = Client(address, Quiet);
        ConcurrentBag<double> milliseconds = [];
        List<Task> under = [];
        using PeriodicTimer ticks = new(TimeSpan.FromSeconds(1.0 / perSecond), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < duration && await ticks.WaitForNextTickAsync())
        {
            under.Add(Task.Run(async () =>
            {
                long asked = TimeProvider.System.GetTimestamp();
                using HttpResponseMessage response = await client.GetAsync("v1/tasks?limit=1");
                response.EnsureSuccessStatusCode();
                milliseconds.Add(TimeProvider.System.GetElapsedTime(asked).TotalMilliseconds);
            }));
        }

        await Task.WhenAll(under);
        return [.. milliseconds];
    }

    private static async Task<(int Refused, int Passed)> HammerAsync(Uri address, int connections, CancellationToken stop)
    {
        (int refused, int passed) = (0, 0);
        using HttpClient client = Client(address, Loud);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    using HttpResponseMessage response = await client.GetAsync("v1/tasks?limit=1", CancellationToken.None);
                    if (response.IsSuccessStatusCode)
                        Interlocked.Increment(ref passed);
                    else
                        Interlocked.Increment(ref refused);
                }
            },
            CancellationToken.None)));
        return (refused, passed);
    }

    private static double Rounded(List<double> values, double share) => Math.Round(values.Percentile(share), 1);

    private static HttpClient Client(Uri address, string key) => new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };
}

/// <summary>Waiting times of the quiet client, in milliseconds.</summary>
/// <param name="QuietP50">While it is alone.</param>
/// <param name="QuietP99">While it is alone.</param>
/// <param name="LoudP50">While the other one hammers.</param>
/// <param name="LoudP99">While the other one hammers.</param>
/// <param name="Ratio">How much longer the ninety-ninth of a hundred waits then.</param>
/// <param name="Asked">Requests of the quiet client.</param>
/// <param name="RefusedPerSecond">Requests of the loud one that were refused in a second.</param>
/// <param name="Passed">Requests of the loud one that were not.</param>
internal sealed record NeighboursReport(double QuietP50, double QuietP99, double LoudP50, double LoudP99, double Ratio, int Asked, int RefusedPerSecond, int Passed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NeighboursReport))]
internal sealed partial class NeighboursJson : JsonSerializerContext;
