using System.CommandLine;
using System.Text.Json;
using Evolink.Benchmarks.Servers;
using Evolink.Benchmarks.Throughput;

namespace Evolink.Benchmarks.Simulation;

/// <summary><c>simulate</c>: what the measured costs of one generation predict, for this machine beside the measurement, and for instances in Azure.</summary>
internal static class SimulateCommand
{
    private const int LocalActivities = 16;
    private const int Many = 1 << 20;

    // The storage requests of a generation, as `cost` counts them, and how its processor time divides by them.
    private static readonly (string Name, int Requests, bool IsActivity)[] Steps =
    [
        ("accept", 4, false), ("submit", 6, true), ("callback", 1, false), ("read", 2, true), ("save", 3, true), ("finish", 4, true),
    ];

    public static Command Build()
    {
        Option<FileInfo?> measured = new("--throughput") { Description = "A report of `throughput --json`, whose results are predicted from its first." };
        Option<double> cpu = new("--cpu-ms") { Description = "Processor time of a generation.", DefaultValueFactory = _ => 8 };
        Option<double> latency = new("--storage-ms") { Description = "Mean time of a storage request in Azure.", DefaultValueFactory = _ => 8 };
        Option<int[]> instances = new("--instances") { Description = "Instances of one processor in Azure.", DefaultValueFactory = _ => [1, 10, 100], AllowMultipleArgumentsPerToken = true };
        Option<int> generations = new("--generations") { Description = "How many are simulated.", DefaultValueFactory = _ => 20_000 };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of tables." };
        Command command = new("simulate", "Predicts throughput from the measured cost of one generation.") { measured, cpu, latency, instances, generations, json };
        command.SetAction(async parsed =>
        {
            int count = parsed.GetValue(generations);
            ThroughputReport? measurement = parsed.GetValue(measured) is { } file ? await ReadAsync(file) : null;
            SimulationReport report = new(
                measurement?.Machine.Cores ?? 0,
                measurement is null ? [] : Compare(measurement, count),
                [.. parsed.GetValue(instances)!.Select(number => Azure(number, parsed.GetValue(cpu), parsed.GetValue(latency), count))]);
            if (parsed.GetValue(json))
                Output.Json(report, BenchmarkJson.Default.SimulationReport);
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static async Task<ThroughputReport> ReadAsync(FileInfo file)
    {
        await using FileStream stream = file.OpenRead();
        return (await JsonSerializer.DeserializeAsync(stream, BenchmarkJson.Default.ThroughputReport))!;
    }

    private static List<ComparedResult> Compare(ThroughputReport report, int generations)
    {
        List<ComparedResult> compared = [];
        foreach (IGrouping<(string Storage, string Provider), ThroughputResult> series in report.Results.GroupBy(result => (result.Storage, result.Provider)))
        {
            foreach (ThroughputResult measured in series)
            {
                // Processor times are measured, per process; the waits follow from them.
                double work = measured.AppCpuMs + measured.SimulatorCpuMs + measured.BenchmarkCpuMs;
                // The emulator does one thing at a time.
                int storageServers = series.Key.Storage == StorageServer.Azurite ? 1 : Many;
                ModelOptions model = new(report.Machine.Cores, LocalActivities, storageServers, measured.StorageCpuMs / measured.StorageRequests, 0.1, StepsOf(work));
                compared.Add(new ComparedResult(series.Key.Storage, series.Key.Provider, measured.PerSecond, measured.P50Ms, (work + measured.StorageCpuMs) * measured.PerSecond / 1000, new Model(model).Run(measured.InFlight, Math.Min(generations, 5000))));
            }
        }

        return compared;
    }

    private static PredictedResult Azure(int instances, double cpuMs, double storageMs, int generations)
    {
        ModelOptions model = new(instances, instances * LocalActivities, Many, 0, storageMs, StepsOf(cpuMs));
        return new PredictedResult(instances, new Model(model).Run(instances * 64, generations));
    }

    private static List<ModelStep> StepsOf(double cpuMs)
    {
        int requests = Steps.Sum(step => step.Requests);
        return [.. Steps.Select(step => new ModelStep(step.Name, cpuMs * step.Requests / requests, step.Requests, 0, step.IsActivity))];
    }

    private static void Print(SimulationReport report)
    {
        if (report.Compared.Count > 0)
        {
            Output.Table(
                "| storage | provider | in flight | measured/s | simulated/s | measured p50 ms | simulated p50 ms | processors that it got | simulated |",
                report.Compared.Select(r => (FormattableString)$"| {r.Storage} | {r.Provider} | {r.Simulated.InFlight} | {r.MeasuredPerSecond:0.0} | {r.Simulated.PerSecond:0.0} | {r.MeasuredP50Ms:0.0} | {r.Simulated.P50Ms:0.0} | {r.Processors:0.00} | {r.Simulated.ProcessorsUsed * report.Processors:0.00} |"));
            Console.WriteLine();
        }

        Output.Table(
            "| instances | in flight | generations/s | p50 ms | p99 ms | processors used |",
            report.Predicted.Select(r => (FormattableString)$"| {r.Instances} | {r.Simulated.InFlight} | {r.Simulated.PerSecond:0} | {r.Simulated.P50Ms:0} | {r.Simulated.P99Ms:0} | {r.Simulated.ProcessorsUsed:P0} |"));
    }
}

/// <summary>A measurement beside its simulation, which has all processors for itself.</summary>
internal sealed record ComparedResult(string Storage, string Provider, double MeasuredPerSecond, double MeasuredP50Ms, double Processors, ModelResult Simulated);

/// <summary>So many instances.</summary>
internal sealed record PredictedResult(int Instances, ModelResult Simulated);

/// <summary>Everything.</summary>
internal sealed record SimulationReport(int Processors, IReadOnlyList<ComparedResult> Compared, IReadOnlyList<PredictedResult> Predicted);
