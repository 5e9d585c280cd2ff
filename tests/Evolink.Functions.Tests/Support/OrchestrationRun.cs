using System.Collections.Concurrent;
using System.Text.Json;
using Evolink.Functions.Generations;
using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Durable.Journal;
using Evolink.LocalHost.Durable.Replay;
using Evolink.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Functions.Tests.Support;

/// <summary>One run of an orchestration, <see cref="GenerateVideo"/> unless told otherwise, on the embedded engine, with activities that play a script and a clock that the test moves.</summary>
internal sealed class OrchestrationRun : IAsyncDisposable, IDurableFunctions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("evolink-run-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentDictionary<string, Queue<Func<Task<Step>>>> _scripts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly SemaphoreSlim _called = new(0);
    private readonly Orchestration _orchestration;
    private readonly DurableEngine _engine;
    private Queue<string> _ends = [];

    private OrchestrationRun(bool replayEveryStep, Orchestration orchestration, string version)
    {
        Start = Now;
        _orchestration = orchestration;
        _engine = new DurableEngine(
            new DurableEngineOptions { JournalPath = Path.Combine(_folder, "journal.db"), ReplayEveryStep = replayEveryStep, DefaultVersion = version },
            this,
            _time,
            NullLoggerFactory.Instance);
    }

    public DateTimeOffset Start { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>The activities that were executed, in their order.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    public static async Task<OrchestrationRun> StartAsync(bool replayEveryStep, Orchestration? orchestration = null, string version = "")
    {
        OrchestrationRun run = new(replayEveryStep, orchestration ?? Orchestration.OfOneVideo(), version);
        await run._engine.StartAsync(CancellationToken.None);
        return run;
    }

    public void Script(string activity, params Step[] steps) =>
        Script(activity, [.. steps.Select(step => (Func<Task<Step>>)(() => Task.FromResult(step)))]);

    public void Script(string activity, params Func<Task<Step>>[] steps) => _scripts[activity] = new Queue<Func<Task<Step>>>(steps);

    /// <summary>The orchestration's result; the clock goes from timer to timer meanwhile.</summary>
    public async Task<string?> ResultAsync()
    {
        Task<string?> result = ResultWithoutClockAsync();
        await _time.AdvanceUntilAsync(result);
        return await result;
    }

    /// <summary>The orchestration's result, with the clock standing still.</summary>
    public async Task<string?> ResultWithoutClockAsync()
    {
        await EnsureStartedAsync();
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        OrchestrationMetadata end = await _engine.Client.WaitForInstanceCompletionAsync(_orchestration.InstanceId, getInputsAndOutputs: true, patience.Token);
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.SerializedOutput}");
        return end.ReadOutputAs<string>();
    }

    /// <summary>Waits until an activity was executed so often.</summary>
    public async Task CalledAsync(string activity, int times)
    {
        await EnsureStartedAsync();
        while (_calls.Count(call => call == activity) < times)
            Assert.True(await _called.WaitAsync(Patience), $"{activity} was not executed {times} times, but: {string.Join(", ", _calls)}");
    }

    /// <summary>Waits until it has begun to wait so often.</summary>
    public async Task WaitingAsync(int times)
    {
        await EnsureStartedAsync();
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        while ((await HistoryAsync()).Events.Count(each => each.Kind == JournalEventKind.TimerCreated) < times)
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, patience.Token);
    }

    public Task WakeAsync() => _engine.Client.RaiseEventAsync(_orchestration.InstanceId, "Wake");

    /// <summary>A wake that may come too late.</summary>
    public Task TryWakeAsync() => WakeAsync().ContinueWith(_ => { }, TaskScheduler.Default);

    public async Task<InstanceHistory> HistoryAsync() => (await _engine.ReadHistoryAsync(_orchestration.InstanceId))!;

    public async Task<int> HistoryLengthAsync() => (await HistoryAsync()).Events.Count;

    /// <summary>What the executions of the last activity say, one after the other; without it, that the job is completed.</summary>
    public void Ends(params string[] statuses) => _ends = new Queue<string>(statuses);

    /// <summary>Starts it with the event raised before anything of it runs.</summary>
    public async Task StartWokenAsync()
    {
        await _engine.Client.ScheduleNewOrchestrationInstanceAsync(
            _orchestration.Name, _orchestration.Input, new StartOrchestrationOptions(_orchestration.InstanceId, StartAt: Now + TimeSpan.FromSeconds(1)));
        _started = true;
        await WakeAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>Replays a stored history against today's code, or against what it may become.</summary>
    public static void CheckHistory(string json, Func<TaskOrchestrationContext, Task<object?>>? code = null) => new ReplayChecker(
        new OrchestratorAlone(code ?? (async context => await GenerateVideo.RunAsync(context))), NullLoggerFactory.Instance).Check(InstanceHistory.FromJson(json));

    public bool HasOrchestrator(string name) => name == _orchestration.Name;

    public bool HasActivity(string name) => _scripts.ContainsKey(name) || name == nameof(FinishGeneration);

    public Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context) => _orchestration.RunAsync(context);

    public async Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken)
    {
        Assert.Equal(_orchestration.Input, JsonSerializer.Deserialize(input!, _orchestration.Input.GetType(), DurableValues.Json));
        _calls.Enqueue(name);
        _called.Release();
        return name == nameof(FinishGeneration)
            ? JsonSerializer.Serialize(_ends.TryDequeue(out string? status) ? status : "completed")
            : JsonSerializer.Serialize(await _scripts[name].Dequeue()(), DurableValues.Json);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _called.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private bool _started;

    // Started when the scripts are complete, so that no activity runs before its script is there.
    private async Task EnsureStartedAsync()
    {
        if (_started)
            return;
        _started = true;
        await _engine.Client.ScheduleNewOrchestrationInstanceAsync(
            _orchestration.Name, _orchestration.Input, new StartOrchestrationOptions(_orchestration.InstanceId));
    }

    private sealed class OrchestratorAlone(Func<TaskOrchestrationContext, Task<object?>> code) : IDurableFunctions
    {
        public bool HasOrchestrator(string name) => name == nameof(GenerateVideo);

        public bool HasActivity(string name) => true;

        public Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context) => code(context);

        public Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
