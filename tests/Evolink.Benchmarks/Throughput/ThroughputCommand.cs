using System.CommandLine;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Throughput;

/// <summary><c>throughput</c>: generations per second from end to end, and where the processors' time goes.</summary>
internal static class ThroughputCommand
{
    public static Command Build()
    {
        Option<int[]> inFlight = new("--in-flight") { Description = "Generations at once.", DefaultValueFactory = _ => [1, 16, 256], AllowMultipleArgumentsPerToken = true };
        Option<int> generations = new("--generations") { Description = "How many at each; a quarter where they come one after the other.", DefaultValueFactory = _ => 1000 };
        Option<string[]> storage = new("--storage") { Description = "Where to: memory, azurite.", DefaultValueFactory = _ => [StorageServer.Memory, StorageServer.Azurite], AllowMultipleArgumentsPerToken = true };
        storage.AcceptOnlyFromAmong(StorageServer.Memory, StorageServer.Azurite);
        Option<string[]> provider = new("--provider") { Description = "Who plays Evolink: loopback, simulator.", DefaultValueFactory = _ => [ThroughputRun.Loopback, ThroughputRun.Simulator], AllowMultipleArgumentsPerToken = true };
        provider.AcceptOnlyFromAmong(ThroughputRun.Loopback, ThroughputRun.Simulator);
        Option<int> videoBytes = new("--video-bytes") { Description = "Length of a video.", DefaultValueFactory = _ => 1_000_000 };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of a table." };
        Command command = new("throughput", "Generations per second, end to end, and where the time goes.") { inFlight, generations, storage, provider, videoBytes, json };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            int count = parsed.GetValue(generations);
            List<ThroughputResult> results = [];
            foreach (string target in parsed.GetValue(storage)!)
            {
                foreach (string peer in parsed.GetValue(provider)!)
                    results.AddRange(await new ThroughputRun(target, peer, parsed.GetValue(videoBytes)).RunAsync(parsed.GetValue(inFlight)!, count));
            }

            (double cpu, double perSecond) = await EngineAloneAsync(count);
            List<SdkLimit> sdk = [];
            foreach (string target in parsed.GetValue(storage)!)
                sdk.Add(await SdkLimitCommand.MeasureAsync(target, count, parsed.GetValue(videoBytes)));
            ThroughputReport report = new(
                $"throughput --generations {count} --in-flight {string.Join(' ', parsed.GetValue(inFlight)!)} --storage {string.Join(' ', parsed.GetValue(storage)!)} --provider {string.Join(' ', parsed.GetValue(provider)!)}",
                machine.AtEnd(),
                cpu,
                perSecond,
                sdk,
                results);
            if (parsed.GetValue(json))
                Output.Json(report, BenchmarkJson.Default.ThroughputReport);
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static async Task<(double CpuMs, double PerSecond)> EngineAloneAsync(int count)
    {
        using Scratch scratch = new();
        await using BareEngine engine = await BareEngine.StartAsync(scratch.Journal);
        await RunAsync("warm", count);
        (TimeSpan cpu, long started) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        await RunAsync("measured", count);
        return ((Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / count, count / TimeProvider.System.GetElapsedTime(started).TotalSeconds);

        async Task RunAsync(string prefix, int instances) => await Parallel.ForEachAsync(
            Enumerable.Range(0, instances),
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (number, _) => await engine.EndAsync(await engine.StartInstanceAsync($"{prefix}-{number}")));
    }

    private static void Print(ThroughputReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| storage | provider | in flight | generations/s | p50 ms | p99 ms | CPU ms: app | storage | simulator | benchmark | waited for storage ms | for Evolink ms | storage requests | allocated KiB | stolen % |",
            report.Results.Select(r => (FormattableString)$"| {r.Storage} | {r.Provider} | {r.InFlight} | {r.PerSecond:0.0} | {r.P50Ms:0.0} | {r.P99Ms:0.0} | {r.AppCpuMs:0.00} | {r.StorageCpuMs:0.00} | {r.SimulatorCpuMs:0.00} | {r.BenchmarkCpuMs:0.00} | {r.StorageWaitMs:0.0} | {r.EvolinkWaitMs:0.0} | {r.StorageRequests:0.0} | {r.AllocatedKib:0} | {r.StolenPercent:0} |"));
        Console.WriteLine();
        Console.WriteLine(FormattableString.Invariant($"Engine and journal alone: {report.EngineCpuMs:0.00} ms of CPU for one such orchestration, {report.EnginePerSecond:0}/s."));
        foreach (SdkLimit limit in report.Sdk)
            Console.WriteLine(FormattableString.Invariant($"Storage requests of one generation through the SDK alone, {limit.Storage}: {limit.CpuMs:0.00} ms of CPU, {limit.StorageCpuMs:0.00} of the emulator, {limit.PerSecond:0} generations/s."));
    }
}
