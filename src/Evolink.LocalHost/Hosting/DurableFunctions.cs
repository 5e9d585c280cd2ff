using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Invocations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Hosting;

/// <summary>The app's orchestrators and activities, for the engine.</summary>
internal sealed class DurableFunctions(FunctionCatalog catalog) : IDurableFunctions
{
    private static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();

    private FunctionInvoker? _invoker;
    private DurableTaskClient? _client;

    // The engine hands out the client and runs the functions, the functions use the client: tied here, before the engine starts.
    public void Connect(FunctionInvoker invoker, DurableTaskClient client) => (_invoker, _client) = (invoker, client);

    public bool HasOrchestrator(string name) => catalog.Find(name, FunctionTrigger.Orchestration) is not null;

    public bool HasActivity(string name) => catalog.Find(name, FunctionTrigger.Activity) is not null;

    public Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context) =>
        _invoker!.InvokeAsync(
            catalog.Find(name, FunctionTrigger.Orchestration)!,
            NoData,
            functionContext => new Invocation
            {
                Context = functionContext,
                DurableClient = _client!,
                Trigger = context,
                ReadInput = type => OrchestrationInput.Read(context, type),
            },
            CancellationToken.None);

    public async Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken)
    {
        object? result = await _invoker!.InvokeAsync(
            catalog.Find(name, FunctionTrigger.Activity)!,
            new Dictionary<string, object?> { ["instanceId"] = instanceId },
            functionContext => new Invocation
            {
                Context = functionContext,
                DurableClient = _client!,
                ReadInput = type => DurableValues.Instance.Deserialize(input, type),
            },
            cancellationToken);
        return DurableValues.Instance.Serialize(result);
    }
}
