using Evolink.LocalHost.Durable.Execution;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable.Replay;

/// <summary>Replays a stored history against today's code: would an instance that is in this state now survive the new version?</summary>
public sealed class ReplayChecker(IDurableFunctions functions, ILoggerFactory loggers)
{
    /// <summary>Runs no activity and writes nothing.</summary>
    /// <param name="history">The history.</param>
    /// <param name="compareInputs">Whether inputs, due times and results must be the same too.</param>
    /// <exception cref="NonDeterministicOrchestrationException">The code does not do what the history says.</exception>
    public void Check(InstanceHistory history, bool compareInputs = true)
    {
        ArgumentNullException.ThrowIfNull(history);
        var parent = history.ParentId is { } id ? new ParentLink(0, 0, id, history.ParentName ?? "") : null;
        var row = new InstanceRow(
            0,
            history.InstanceId,
            history.Name,
            history.Version,
            OrchestrationRuntimeStatus.Running,
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            parent,
            history.Input);
        string? fault = null;
        var execution = new OrchestrationExecution(
            row, functions, new ExecutionSettings(loggers, history.Version, compareInputs), (_, what) => fault = what);
        execution.Replay(history.Events);
        if (execution.Broken is { } broken)
            throw broken;
        if (fault is not null)
            throw new NonDeterministicOrchestrationException(history.InstanceId, fault);
    }
}
