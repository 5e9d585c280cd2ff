using Evolink.Benchmarks.Servers;
using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Durable.Journal;
using Evolink.LocalHost.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Benchmarks.Cost;

/// <summary>What generations of one kind cost, counted where it leaves: at the transport, and in the histories.</summary>
internal sealed class CostRun(string variant, LocalFunctionsHost host, CountingHttp http, LoopbackProvider provider)
{
    /// <summary>Runs generations one after the other begun, so that none profits from what another has just read.</summary>
    public async Task<CostResult> RunAsync(int generations, TimeSpan apart, Func<int, Task<string>> start)
    {
        http.Reset();
        List<string> ids = [];
        for (int i = 0; i < generations; i++)
        {
            ids.Add(await start(i));
            await Task.Delay(apart, TimeProvider.System);
        }

        DurableTaskClient durable = host.DurableClient;
        await Task.WhenAll(ids.Select(id => durable.WaitForInstanceCompletionAsync(id)));
        DurableEngine engine = host.Services.GetRequiredService<DurableEngine>();
        List<JournalEvent> events = [];
        foreach (string id in ids)
            events.AddRange((await engine.ReadHistoryAsync(id))!.Events);
        return Result(generations, events);
    }

    private CostResult Result(int generations, List<JournalEvent> events)
    {
        double Per(JournalEventKind kind) => events.Count(e => e.Kind == kind) / (double)generations;
        Dictionary<string, OperationCount> sent = http.Read();
        double Sent(Func<string, bool> which) => sent.Where(entry => which(entry.Key)).Sum(entry => entry.Value.Calls) / (double)generations;
        (double activities, double timers, double raised) = (Per(JournalEventKind.ActivityScheduled), Per(JournalEventKind.TimerFired), Per(JournalEventKind.EventRaised));
        double actions = 1 + (2 * activities) + timers + raised;
        (double writes, double reads) = (Sent(name => BlobOperations.IsWrite(name) && !IsSweep(name)), Sent(BlobOperations.IsRead));
        return new CostResult(
            variant,
            generations,
            Sent(name => name.StartsWith("evolink ", StringComparison.Ordinal)),
            provider.Downloads / (double)generations,
            activities,
            Per(JournalEventKind.TimerCreated),
            timers,
            raised,
            actions,
            writes,
            reads,
            Sent(name => name.StartsWith("Delete ", StringComparison.Ordinal)),
            actions + writes + reads,
            sent.Where(entry => !IsSweep(entry.Key)).OrderBy(entry => entry.Key, StringComparer.Ordinal).ToDictionary(entry => entry.Key, entry => entry.Value.Calls / (double)generations, StringComparer.Ordinal));
    }

    // Once a minute, whatever the number of generations.
    private static bool IsSweep(string name) => name.StartsWith("List ", StringComparison.Ordinal);
}
