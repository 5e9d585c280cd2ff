using System.CommandLine;
using System.Text;
using Evolink.Benchmarks.Servers;
using Evolink.LocalHost.Durable.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Benchmarks.Replay;

/// <summary><c>replay</c>: time and bytes per event of a history, when an orchestration that was not in memory is brought back.</summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    public static Command Build()
    {
        Option<int[]> reads = new("--reads") { Description = "How often the task was read, which makes the history as long.", DefaultValueFactory = _ => [1, 10, 100, 1000], AllowMultipleArgumentsPerToken = true };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of a table." };
        Command command = new("replay", "Microseconds and bytes per history event.") { reads, json };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            List<ReplayResult> results = [];
            foreach (int count in parsed.GetValue(reads)!)
                results.Add(await MeasureAsync(count));
            ReplayReport report = new($"replay --reads {string.Join(' ', parsed.GetValue(reads)!)}", machine.AtEnd(), results);
            if (parsed.GetValue(json))
                Output.Json(report, BenchmarkJson.Default.ReplayReport);
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static async Task<ReplayResult> MeasureAsync(int reads)
    {
        using Scratch scratch = new();
        InstanceHistory history;
        const int Copies = 50;
        await using (BareEngine engine = await BareEngine.StartAsync(scratch.Journal, reads))
        {
            await Task.WhenAll(Enumerable.Range(0, Copies).Select(async number => await engine.EndAsync(await engine.StartInstanceAsync($"r-{number}"))));
            history = await engine.HistoryAsync("r-0");
        }

        ReplayChecker checker = new(new BareEngine.Code(reads), NullLoggerFactory.Instance);
        // Once until the runtime has nothing left to compile, once to measure.
        Replay(checker, history);
        (int times, TimeSpan took, long allocated) = Replay(checker, history);
        double events = (double)times * history.Events.Count;
        return new ReplayResult(
            reads,
            history.Events.Count,
            took.TotalMicroseconds / times,
            took.TotalMicroseconds / events,
            allocated / events,
            Encoding.UTF8.GetByteCount(history.ToJson()) / (double)history.Events.Count,
            new FileInfo(scratch.Journal).Length / (double)Copies / history.Events.Count);
    }

    private static (int Times, TimeSpan Took, long Allocated) Replay(ReplayChecker checker, InstanceHistory history)
    {
        long started = TimeProvider.System.GetTimestamp();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        int times = 0;
        TimeSpan took;
        do
        {
            checker.Check(history, compareInputs: false);
            times++;
            took = TimeProvider.System.GetElapsedTime(started);
        }
        while (took < Long);
        return (times, took, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static void Print(ReplayReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| task reads | events | replay us | us/event | allocated bytes/event | JSON bytes/event | journal bytes/event |",
            report.Results.Select(r => (FormattableString)$"| {r.Reads} | {r.Events} | {r.Microseconds:0} | {r.MicrosecondsPerEvent:0.00} | {r.AllocatedPerEvent:0} | {r.JsonBytesPerEvent:0} | {r.JournalBytesPerEvent:0} |"));
    }
}

/// <summary>A history of one length.</summary>
internal sealed record ReplayResult(
    int Reads, int Events, double Microseconds, double MicrosecondsPerEvent, double AllocatedPerEvent, double JsonBytesPerEvent, double JournalBytesPerEvent);

/// <summary>Everything.</summary>
internal sealed record ReplayReport(string Command, Machine Machine, IReadOnlyList<ReplayResult> Results);
