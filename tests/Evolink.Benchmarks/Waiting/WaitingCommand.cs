using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Waiting;

/// <summary><c>waiting</c>: what jobs cost that wait, and how long a start takes on a journal full of them.</summary>
internal static class WaitingCommand
{
    private const int RestartWaiting = 10_000;
    private const double Mib = 1 << 20;

    public static Command Build()
    {
        Option<int[]> waiting = new("--waiting") { Description = "How many wait.", DefaultValueFactory = _ => [10_000, 100_000], AllowMultipleArgumentsPerToken = true };
        Option<int> finished = new("--finished") { Description = "How many have finished, for the restart.", DefaultValueFactory = _ => 100_000 };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of tables." };
        Command command = new("waiting", "Memory per waiting job; restart with finished and waiting jobs on disk.") { waiting, finished, json };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            int[] counts = parsed.GetValue(waiting)!;
            List<WaitingResult> results = [];
            foreach (int count in counts)
                results.Add(await FillAsync(count));
            RestartResult restart = await RestartAsync(parsed.GetValue(finished), Math.Min(RestartWaiting, counts.Max()));
            WaitingReport report = new($"waiting --waiting {string.Join(' ', counts)} --finished {parsed.GetValue(finished)}", machine.AtEnd(), results, restart);
            if (parsed.GetValue(json))
                Output.Json(report, BenchmarkJson.Default.WaitingReport);
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static async Task<WaitingResult> FillAsync(int waiting)
    {
        using Scratch scratch = new();
        WaitingSample sample = await RunAsync(scratch.Journal, waiting, finished: 0, restart: false);
        return new WaitingResult(
            waiting,
            (sample.Heap - sample.HeapBefore) / (double)waiting,
            (sample.Resident - sample.ResidentBefore) / (double)waiting,
            sample.Resident / Mib,
            sample.Peak / Mib,
            waiting / sample.StartSeconds,
            sample.JournalBytes / (double)waiting);
    }

    private static async Task<RestartResult> RestartAsync(int finished, int waiting)
    {
        using Scratch scratch = new();
        WaitingSample fill = await RunAsync(scratch.Journal, waiting, finished, restart: false);
        WaitingSample restart = await RunAsync(scratch.Journal, waiting, finished, restart: true);
        await using LoopbackProvider provider = new(0, null);
        await using MemoryStorage storage = new();
        long started = TimeProvider.System.GetTimestamp();
        double app;
        await using (await AppProcess.StartAsync(new AppOrder(scratch.Journal, provider.Url, storage.ConnectionString)))
            app = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        return new RestartResult(finished, waiting, finished / fill.FinishSeconds, fill.JournalBytes / Mib, restart.OpenSeconds, restart.FirstSeconds, app, restart.Resident / Mib);
    }

    private static async Task<WaitingSample> RunAsync(string journal, int waiting, int finished, bool restart)
    {
        string[] arguments = ["waiting-host", "--journal", journal, "--waiting", $"{waiting}", "--finished", $"{finished}", .. restart ? ["--restart"] : Array.Empty<string>()];
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return JsonSerializer.Deserialize(output, BenchmarkJson.Default.WaitingSample)!;
    }

    private static void Print(WaitingReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| waiting jobs | managed bytes each | process bytes each | process MiB | peak MiB | submits to waiting/s | journal bytes each |",
            report.Waiting.Select(r => (FormattableString)$"| {r.Jobs} | {r.HeapBytesEach:0} | {r.ResidentBytesEach:0} | {r.ResidentMib:0} | {r.PeakMib:0} | {r.StartedPerSecond:0} | {r.JournalBytesEach:0} |"));
        Console.WriteLine();
        RestartResult restart = report.Restart;
        Output.Table(
            "| finished | waiting | finished/s | journal MiB | engine open s | first woken job over s | app: process start to ready s | MiB |",
            [(FormattableString)$"| {restart.Finished} | {restart.Waiting} | {restart.FinishedPerSecond:0} | {restart.JournalMib:0} | {restart.OpenSeconds:0.000} | {restart.FirstSeconds:0.000} | {restart.AppReadySeconds:0.000} | {restart.ResidentMib:0} |"]);
    }
}

/// <summary>Memory with so many jobs waiting.</summary>
internal sealed record WaitingResult(int Jobs, double HeapBytesEach, double ResidentBytesEach, double ResidentMib, double PeakMib, double StartedPerSecond, double JournalBytesEach);

/// <summary>A start on a journal with jobs.</summary>
internal sealed record RestartResult(
    int Finished, int Waiting, double FinishedPerSecond, double JournalMib, double OpenSeconds, double FirstSeconds, double AppReadySeconds, double ResidentMib);

/// <summary>Everything.</summary>
internal sealed record WaitingReport(string Command, Machine Machine, IReadOnlyList<WaitingResult> Waiting, RestartResult Restart);
