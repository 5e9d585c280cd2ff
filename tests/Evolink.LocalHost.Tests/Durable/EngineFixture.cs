using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Durable.Journal;
using Evolink.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.LocalHost.Tests.Durable;

/// <summary>An engine on a real journal file in a folder of its own, which can be stopped, killed and started again.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("evolink-engine-").FullName;
    private readonly FunctionTable functions;
    private bool recovered;

    private EngineFixture(FunctionTable functions, DurableEngineOptions options)
    {
        this.functions = functions;
        Options = options with { JournalPath = Path.Combine(folder, "journal.db") };
    }

    public DurableEngineOptions Options { get; set; }

    public ManualTimeProvider Time { get; } = new();

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public DurableEngine Engine { get; private set; } = null!;

    public DurableTaskClient Client => Engine.Client;

    public static async Task<EngineFixture> StartAsync(
        FunctionTable functions, bool replayEveryStep, Func<DurableEngineOptions, DurableEngineOptions>? change = null, ILoggerFactory? loggers = null)
    {
        var options = new DurableEngineOptions { JournalPath = "", ReplayEveryStep = replayEveryStep, MaxConcurrentActivities = 8, MaxConcurrentOrchestrations = 8 };
        var fixture = new EngineFixture(functions, change?.Invoke(options) ?? options) { Loggers = loggers ?? NullLoggerFactory.Instance };
        await fixture.OpenAsync();
        return fixture;
    }

    public async Task OpenAsync(FunctionTable? other = null)
    {
        Engine = new DurableEngine(Options, other ?? functions, Time, Loggers);
        await Engine.StartAsync(CancellationToken.None);
    }

    public async Task RestartAsync(FunctionTable? other = null)
    {
        await Engine.DisposeAsync();
        await OpenAsync(other);
    }

    public async Task KillAndRestartAsync(FunctionTable? other = null)
    {
        await Engine.AbortAsync();
        await OpenAsync(other);
    }

    public Task<string> ScheduleAsync(string name, object? input = null, string? id = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(new TaskName(name), input, new StartOrchestrationOptions(id));

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, string? id = null) =>
        await EndAsync(await ScheduleAsync(name, input, id));

    public async Task<OrchestrationMetadata> EndAsync(string id)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
    }

    public async Task<OrchestrationMetadata> GetAsync(string id) =>
        await Client.GetInstanceAsync(id, getInputsAndOutputs: true) ?? throw new InvalidOperationException($"No instance {id}.");

    public async Task<IReadOnlyList<JournalEvent>> EventsAsync(string id) => (await Engine.ReadHistoryAsync(id))!.Events;

    /// <summary>Waits until the journal says so: what an engine does by itself is awaited, not slept for.</summary>
    public async Task UntilAsync(string id, Func<IReadOnlyList<JournalEvent>, bool> holds)
    {
        var end = TimeProvider.System.GetUtcNow() + Patience;
        while (!holds(await EventsAsync(id)))
        {
            if (TimeProvider.System.GetUtcNow() > end)
                throw new TimeoutException($"Instance {id}: {string.Join(", ", (await EventsAsync(id)).Select(e => e.Describe()))}");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    public Task UntilAsync(string id, JournalEventKind kind, int count = 1) =>
        UntilAsync(id, events => events.Count(e => e.Kind == kind) >= count);

    /// <summary>Does something, again after a restart if the engine died under it; <paramref name="already"/> tells that it was done before it died.</summary>
    public async Task<T> SurviveAsync<T>(CrashTests.CrashAt crash, Func<Task<T>> call, Func<Task<OrchestrationMetadata?>>? already = null)
    {
        while (true)
        {
            try
            {
                if (crash.Hit && !recovered)
                    throw new OperationCanceledException();
                return await call();
            }
            catch (Exception exception) when (crash.Hit && !recovered && exception is OperationCanceledException or InvalidOperationException)
            {
                recovered = true;
                await KillAndRestartAsync();
                if (already is not null && await already() is not null)
                    return default!;
            }
        }
    }

    /// <summary>Moves the clock on as long as the instance is not over.</summary>
    public async Task<OrchestrationMetadata> EndAsync(string id, TimeSpan step)
    {
        var end = EndAsync(id);
        while (!end.IsCompleted)
        {
            Time.Advance(step);
            await Task.WhenAny(end, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        return await end;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
