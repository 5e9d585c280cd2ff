using Microsoft.DurableTask;

namespace Evolink.LocalHost.Durable;

/// <summary>The functions that the engine drives: the host finds them, the engine calls them by name.</summary>
public interface IDurableFunctions
{
    /// <summary>Whether an orchestrator of this name exists. Names are case-insensitive.</summary>
    bool HasOrchestrator(string name);

    /// <summary>Whether an activity of this name exists. Names are case-insensitive.</summary>
    bool HasActivity(string name);

    /// <summary>
    /// Runs orchestrator code on the calling thread. It must await nothing but what <paramref name="context"/> hands out: the engine reports
    /// every other await as non-deterministic. The task may never end: an instance that is dropped from memory is run again from its journal.
    /// </summary>
    Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context);

    /// <summary>Runs an activity. Called at least once for each scheduled activity, and again after a crash before its result was journaled.</summary>
    /// <param name="name">The activity's name.</param>
    /// <param name="input">Its input as JSON (<see cref="DurableValues.Json"/>), or null.</param>
    /// <param name="instanceId">The orchestration that asked.</param>
    /// <param name="cancellationToken">Cancelled when the engine stops: the activity then runs again after the next start.</param>
    /// <returns>Its result as JSON, or null.</returns>
    Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken);
}
