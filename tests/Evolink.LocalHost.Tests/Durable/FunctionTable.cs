using System.Collections.Concurrent;
using Evolink.LocalHost.Durable;
using Microsoft.DurableTask;

namespace Evolink.LocalHost.Tests.Durable;

/// <summary>Functions as lambdas.</summary>
internal sealed class FunctionTable : IDurableFunctions
{
    private readonly ConcurrentDictionary<string, Func<TaskOrchestrationContext, Task<object?>>> orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Func<string?, string, CancellationToken, Task<string?>>> activities = new(StringComparer.OrdinalIgnoreCase);

    public FunctionTable Orchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> code)
    {
        orchestrators[name] = code;
        return this;
    }

    public FunctionTable Orchestrator(string name, Func<TaskOrchestrationContext, Task> code) =>
        Orchestrator(name, async Task<object?> (context) =>
        {
            await code(context);
            return null;
        });

    public FunctionTable Activity<TInput>(string name, Func<TInput?, Task<object?>> code)
    {
        activities[name] = async (input, _, _) => DurableValues.Instance.Serialize(await code(DurableValues.Instance.Deserialize<TInput>(input!)));
        return this;
    }

    public FunctionTable Activity<TInput>(string name, Func<TInput?, object?> code) => Activity<TInput>(name, input => Task.FromResult(code(input)));

    public FunctionTable RawActivity(string name, Func<string?, string, CancellationToken, Task<string?>> code)
    {
        activities[name] = code;
        return this;
    }

    public bool HasOrchestrator(string name) => orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => activities.ContainsKey(name);

    public Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context) => orchestrators[name](context);

    public Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken) =>
        activities[name](input, instanceId, cancellationToken);
}
