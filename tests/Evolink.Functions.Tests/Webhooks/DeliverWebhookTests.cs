using System.Collections.Concurrent;
using System.Text.Json;
using Evolink.Functions.Generations;
using Evolink.Functions.Webhooks;
using Evolink.LocalHost.Durable;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Evolink.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Functions.Tests.Webhooks;

/// <summary>The orchestration on the embedded engine, with an activity that plays a script and a clock that the test moves.</summary>
public sealed class DeliverWebhookTests : IDurableFunctions, IDisposable
{
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromHours(24)];
    private static readonly WebhookRun Run = new(JobId.New(), 1, 0);

    private readonly string _folder = Directory.CreateTempSubdirectory("evolink-webhook-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<DateTimeOffset> _calls = new();
    private int _faults;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_calls_again_when_the_time_has_come_and_ends_when_there_is_nothing_more_to_do(bool replayEveryStep)
    {
        Assert.Equal(OrchestrationRuntimeStatus.Completed, await RunAsync(replayEveryStep));
        DateTimeOffset[] calls = [.. _calls];
        Assert.Equal(Delays.Length + 1, calls.Length);
        Assert.All(Delays.Index(), delay => Assert.True(calls[delay.Index + 1] >= calls[delay.Index] + delay.Item));
    }

    [Fact]
    public async Task A_fault_of_storage_does_not_end_it()
    {
        _faults = 3;
        Assert.Equal(OrchestrationRuntimeStatus.Completed, await RunAsync(replayEveryStep: false));
        Assert.Equal(Delays.Length + 1, _calls.Count);
    }

    public bool HasOrchestrator(string name) => name == nameof(DeliverWebhook);

    public bool HasActivity(string name) => name == nameof(CallWebhook);

    public async Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context)
    {
        await DeliverWebhook.RunAsync(context);
        return null;
    }

    public Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken)
    {
        Assert.Equal(Run, JsonSerializer.Deserialize<WebhookRun>(input!, DurableValues.Json));
        if (Interlocked.Decrement(ref _faults) >= 0)
            throw new IOException("storage is away");
        Step step = _calls.Count < Delays.Length ? new Step(StepKind.Again, _time.GetUtcNow() + Delays[_calls.Count]) : new Step(StepKind.Done, null);
        _calls.Enqueue(_time.GetUtcNow());
        return Task.FromResult<string?>(JsonSerializer.Serialize(step, DurableValues.Json));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<OrchestrationRuntimeStatus> RunAsync(bool replayEveryStep)
    {
        await using DurableEngine engine = new(
            new DurableEngineOptions { JournalPath = Path.Combine(_folder, "journal.db"), ReplayEveryStep = replayEveryStep }, this, _time, NullLoggerFactory.Instance);
        await engine.StartAsync(CancellationToken.None);
        Assert.True(await GenerationStarter.StartAsync(engine.Client, Run, CancellationToken.None));
        Assert.False(await GenerationStarter.StartAsync(engine.Client, Run, CancellationToken.None));
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20), TimeProvider.System);
        Task<OrchestrationMetadata> end = engine.Client.WaitForInstanceCompletionAsync(Run.InstanceId, patience.Token);
        await _time.AdvanceUntilAsync(end);
        // Told is told: whoever starts it again meets the end.
        Assert.False(await GenerationStarter.StartAsync(engine.Client, Run, CancellationToken.None));
        return (await end).RuntimeStatus;
    }
}
