using System.CommandLine;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Callback;

/// <summary><c>callback</c>: requests per second of the callback endpoint, beside endpoints that do next to nothing.</summary>
internal static class CallbackCommand
{
    public static Command Build()
    {
        Option<string> storage = new("--storage") { Description = "memory or azurite.", DefaultValueFactory = _ => StorageServer.Memory };
        storage.AcceptOnlyFromAmong(StorageServer.Memory, StorageServer.Azurite);
        Option<int> connections = new("--connections") { Description = "Connections at once.", DefaultValueFactory = _ => 32 };
        Option<double> seconds = new("--seconds") { Description = "For each variant and round.", DefaultValueFactory = _ => 5 };
        Option<int> rounds = new("--rounds") { Description = "How often each variant runs, taking turns, after one that does not count.", DefaultValueFactory = _ => 3 };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of a table." };
        Command command = new("callback", "The callback endpoint beside a bare one.") { storage, connections, seconds, rounds, json };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            IReadOnlyList<CallbackResult> results = await new CallbackRun(
                parsed.GetValue(storage)!, parsed.GetValue(connections), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds)).RunAsync();
            CallbackReport report = new(
                $"callback --storage {parsed.GetValue(storage)} --connections {parsed.GetValue(connections)} --seconds {parsed.GetValue(seconds)} --rounds {parsed.GetValue(rounds)}", machine.AtEnd(), results);
            if (parsed.GetValue(json))
                Output.Json(report, BenchmarkJson.Default.CallbackReport);
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static void Print(CallbackReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| endpoint | requests/s | of the bare one | server CPU us/request | p50 ms | p99 ms | stolen % |",
            report.Results.Select(r => (FormattableString)$"| {r.Variant} | {r.PerSecond:0} | {r.OfBare:0.00} | {r.CpuMicroseconds:0} | {r.P50Ms:0.00} | {r.P99Ms:0.0} | {r.StolenPercent:0} |"));
    }
}

/// <summary>Medians over the rounds.</summary>
internal sealed record CallbackResult(string Variant, double PerSecond, double OfBare, double CpuMicroseconds, double P50Ms, double P99Ms, double StolenPercent);

/// <summary>Everything.</summary>
internal sealed record CallbackReport(string Command, Machine Machine, IReadOnlyList<CallbackResult> Results);
