using System.CommandLine;
using Evolink.Benchmarks.Servers;
using Evolink.LocalHost.Azurite;
using Evolink.Simulator;

namespace Evolink.Benchmarks.Generations;

/// <summary><c>telemetry</c>: what the app sends to an OpenTelemetry collector, in an hour in which nothing happens and for a generation.</summary>
internal static class TelemetryCommand
{
    public static Command Build()
    {
        Option<int> count = new("--count") { Description = "How many generations.", DefaultValueFactory = _ => 50 };
        Option<int> idle = new("--idle") { Description = "Seconds in which nothing happens.", DefaultValueFactory = _ => 180 };
        Command command = new("telemetry", "Bytes of telemetry that the worker sends, idle and for each generation, to a collector on loopback.") { count, idle };
        command.SetAction(async parsed =>
        {
            await RunAsync(parsed.GetValue(count), TimeSpan.FromSeconds(parsed.GetValue(idle)));
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(int count, TimeSpan idle)
    {
        Machine machine = Machine.Current();
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        await using StorageProxy storage = await StorageProxy.StartAsync(azurite, GenerationsCommand.Hub);
        await using RunningSimulator simulator = await GenerationsCommand.StartSimulatorAsync(videoBytes: 1_000_000);
        await using CountingCollector collector = new();
        Dictionary<string, string?> settings = GenerationsCommand.Settings(storage, simulator, callbacks: true);
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url.AbsoluteUri;
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        await using HostProcess app = await HostProcess.StartAsync(settings);
        using HttpClient client = GenerationsCommand.ClientOf(app);
        // What the start told is sent by then: metrics go once a minute.
        await GenerationsCommand.GenerateAsync(client, storage, 1, 1);
        await Task.Delay(TimeSpan.FromSeconds(65), TimeProvider.System);
        collector.Reset();
        await Task.Delay(idle, TimeProvider.System);
        Dictionary<string, long> quiet = collector.Reset();
        long started = TimeProvider.System.GetTimestamp();
        await GenerationsCommand.GenerateAsync(client, storage, count, 1);
        await Task.Delay(TimeSpan.FromSeconds(65), TimeProvider.System);
        TimeSpan busy = TimeProvider.System.GetElapsedTime(started);
        Dictionary<string, long> sent = collector.Reset();

        Output.Heading($"telemetry --count {count} --idle {idle.TotalSeconds:0}", machine.AtEnd());
        Output.Table(
            "| | KB in an idle hour | KB for a generation, the idle part left out |",
            new[] { "/v1/traces", "/v1/metrics", "/v1/logs" }.Select(signal =>
            {
                double idlePerSecond = quiet.GetValueOrDefault(signal) / idle.TotalSeconds;
                double each = (sent.GetValueOrDefault(signal) - (idlePerSecond * busy.TotalSeconds)) / count;
                return (FormattableString)$"| {signal["/v1/".Length..]} | {idlePerSecond * 3600 / 1000:0.0} | {Math.Max(0, each) / 1000:0.0} |";
            }));
    }

    /// <summary>A collector that counts bytes.</summary>
    private sealed class CountingCollector : LoopbackServer
    {
        private readonly Lock _lock = new();
        private Dictionary<string, long> _bytes = [];

        public Dictionary<string, long> Reset()
        {
            lock (_lock)
            {
                Dictionary<string, long> counted = _bytes;
                _bytes = [];
                return counted;
            }
        }

        protected override async Task AnswerAsync(Request request, CancellationToken cancellationToken)
        {
            await request.DiscardAsync(cancellationToken);
            lock (_lock)
                _bytes[request.Target] = _bytes.GetValueOrDefault(request.Target) + request.Length;
            await request.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", cancellationToken);
        }
    }
}
