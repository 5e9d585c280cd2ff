using Evolink.Functions.Generations;
using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Durable.Replay;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Benchmarks.Servers;

/// <summary>The embedded engine with the real orchestration, whose activities answer at once: what is left is engine and journal.</summary>
internal sealed class BareEngine : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Ages = TimeSpan.FromHours(12);

    private readonly DurableEngine _engine;

    private BareEngine(DurableEngine engine) => _engine = engine;

    public DurableTaskClient Client => _engine.Client;

    /// <summary>Instances whose id begins so wait after their submit until they are woken; then they, like all others, run to their end.</summary>
    public const string Waits = "waits";

    public static async Task<BareEngine> StartAsync(string journal, int reads = 1)
    {
        DurableEngine engine = new(new DurableEngineOptions { JournalPath = journal, DefaultVersion = "1.0" }, new Code(reads), TimeProvider.System, NullLoggerFactory.Instance);
        await engine.StartAsync(CancellationToken.None);
        return new BareEngine(engine);
    }

    public async Task<string> StartInstanceAsync(string id) =>
        await Client.ScheduleNewOrchestrationInstanceAsync(nameof(GenerateVideo), new GenerationRef(JobId.New(), 1), new StartOrchestrationOptions(id));

    public async Task EndAsync(string id)
    {
        OrchestrationMetadata ended = await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        if (ended.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"{id} ended as {ended.RuntimeStatus}: {ended.SerializedOutput}");
    }

    /// <summary>Until the orchestration stands at its second step, whose activity said when to go on.</summary>
    public async Task UntilWaitingAsync(string id)
    {
        while ((await Client.GetInstanceAsync(id, getInputsAndOutputs: true))?.SerializedCustomStatus != $"\"{nameof(CollectVideo)}\"")
            await Task.Delay(Look, TimeProvider.System);
    }

    public Task WakeAsync(string id) => Client.RaiseEventAsync(id, "Wake");

    public async Task<InstanceHistory> HistoryAsync(string id) => (await _engine.ReadHistoryAsync(id))!;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    /// <summary>The functions, for a replay too.</summary>
    /// <param name="reads">How often the task is read until it is done.</param>
    internal sealed class Code(int reads) : IDurableFunctions
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> _reads = new(StringComparer.Ordinal);

        public bool HasOrchestrator(string name) => name == nameof(GenerateVideo);

        public bool HasActivity(string name) => true;

        public async Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context)
        {
            await GenerateVideo.RunAsync(context, context.GetInput<GenerationRef>()!);
            return null;
        }

        public Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken) => Task.FromResult<string?>(name switch
        {
            nameof(SubmitGeneration) when instanceId.StartsWith(Waits, StringComparison.Ordinal) => Step("Done", TimeProvider.System.GetUtcNow() + Ages),
            nameof(CollectVideo) when _reads.AddOrUpdate(instanceId, 1, static (_, count) => count + 1) < reads =>
                Step("Again", TimeProvider.System.GetUtcNow()),
            _ => Step("Done", null),
        });

        private static string Step(string kind, DateTimeOffset? at) => $$"""{"Kind":"{{kind}}","At":{{(at is { } time ? $"\"{time:O}\"" : "null")}}}""";
    }
}
