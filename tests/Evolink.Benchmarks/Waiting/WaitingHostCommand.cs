using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Waiting;

/// <summary>An engine in a process of its own: filled with jobs, or started on a journal that holds them.</summary>
internal static class WaitingHostCommand
{
    private const int AtOnce = 256;
    private const int WarmUps = 200;

    public static Command Build()
    {
        Option<string> journal = new("--journal") { Required = true };
        Option<int> waiting = new("--waiting") { Required = true };
        Option<int> finished = new("--finished") { Required = true };
        Option<bool> restart = new("--restart");
        Command command = new("waiting-host", "Measures waiting jobs in this process.") { journal, waiting, finished, restart };
        command.Hidden = true;
        command.SetAction(async parsed =>
        {
            string path = parsed.GetValue(journal)!;
            WaitingSample sample = parsed.GetValue(restart) ? await RestartAsync(path) : await FillAsync(path, parsed.GetValue(finished), parsed.GetValue(waiting));
            Console.WriteLine(JsonSerializer.Serialize(sample, BenchmarkJson.Default.WaitingSample));
            return 0;
        });
        return command;
    }

    private static async Task<WaitingSample> FillAsync(string journal, int finished, int waiting)
    {
        long started;
        double startSeconds, finishSeconds;
        Memory before, after;
        await using (BareEngine engine = await BareEngine.StartAsync(journal))
        {
            // What the first jobs load is the engine's; waiting ones too, up to what it keeps cached.
            await ForEachAsync(WarmUps, async number => await engine.EndAsync(await engine.StartInstanceAsync($"warm-{number}")));
            before = Measure();
            started = TimeProvider.System.GetTimestamp();
            await ForEachAsync(finished, async number => await engine.EndAsync(await engine.StartInstanceAsync($"f-{number}")));
            finishSeconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            started = TimeProvider.System.GetTimestamp();
            await ForEachAsync(waiting, async number => await engine.UntilWaitingAsync(await engine.StartInstanceAsync($"{BareEngine.Waits}-{number}")));
            startSeconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            after = Measure();
        }

        return new WaitingSample(before.Heap, before.Resident, after.Heap, after.Resident, Machine.Peak(), finishSeconds, startSeconds, new FileInfo(journal).Length, 0, 0);
    }

    private static async Task<WaitingSample> RestartAsync(string journal)
    {
        double loaded = SinceStart();
        await using BareEngine engine = await BareEngine.StartAsync(journal);
        double open = SinceStart();
        await engine.WakeAsync($"{BareEngine.Waits}-0");
        await engine.EndAsync($"{BareEngine.Waits}-0");
        double first = SinceStart();
        Memory now = Measure();
        return new WaitingSample(0, 0, now.Heap, now.Resident, Machine.Peak(), 0, 0, new FileInfo(journal).Length, open - loaded, first - loaded);
    }

    private static double SinceStart()
    {
        using var self = Process.GetCurrentProcess();
        return (TimeProvider.System.GetLocalNow().DateTime - self.StartTime).TotalSeconds;
    }

    private static Task ForEachAsync(int count, Func<int, Task> run) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) => await run(number));

    private static Memory Measure()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return new Memory(GC.GetTotalMemory(forceFullCollection: true), Machine.Resident());
    }

    private sealed record Memory(long Heap, long Resident);
}

/// <summary>What one process measured.</summary>
/// <param name="HeapBefore">Managed memory after a collection, before there were jobs.</param>
/// <param name="ResidentBefore">Memory of the process then.</param>
/// <param name="Heap">Managed memory after a collection, with all jobs waiting.</param>
/// <param name="Resident">Memory of the process then.</param>
/// <param name="Peak">The most that the process ever had.</param>
/// <param name="FinishSeconds">How long the finished jobs took.</param>
/// <param name="StartSeconds">How long it took until all waiting ones waited.</param>
/// <param name="JournalBytes">Length of the journal.</param>
/// <param name="OpenSeconds">From the program's first line until the engine ran.</param>
/// <param name="FirstSeconds">Until the first waiting job had been woken, read from the journal, and run to its end.</param>
internal sealed record WaitingSample(
    long HeapBefore, long ResidentBefore, long Heap, long Resident, long Peak, double FinishSeconds, double StartSeconds, long JournalBytes, double OpenSeconds, double FirstSeconds);
