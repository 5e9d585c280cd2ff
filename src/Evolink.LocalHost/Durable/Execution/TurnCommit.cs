using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>Everything that one turn of an orchestration changes. It is written in one transaction, or not at all.</summary>
/// <param name="Instance">The instance's key.</param>
/// <param name="InstanceId">The instance's id.</param>
/// <param name="Name">The orchestrator's name.</param>
/// <param name="At">The turn's time.</param>
/// <param name="Events">What the journal gains; the actions among them are also the work to hand out.</param>
/// <param name="Taken">The messages that the turn took in.</param>
/// <param name="Status">The status after the turn.</param>
/// <param name="CustomStatus">The custom status after the turn, as JSON.</param>
/// <param name="Output">The result as JSON, or the text of the failure.</param>
/// <param name="Anew">Set when the orchestrator asked to begin anew.</param>
internal sealed record TurnCommit(
    long Instance,
    string InstanceId,
    string Name,
    DateTimeOffset At,
    IReadOnlyList<JournalEvent> Events,
    IReadOnlyList<long> Taken,
    OrchestrationRuntimeStatus Status,
    string? CustomStatus,
    string? Output,
    NextExecution? Anew)
{
    public bool IsOver => new InstanceHead(Instance, Status).IsOver;

    /// <summary>The same turn, undone by what a check found: the instance fails with it.</summary>
    public TurnCommit Failing(Exception why)
    {
        var failure = FailureRecord.Of(why);
        var begun = Events[0];
        return this with
        {
            Events = [begun, new JournalEvent(begun.Number + 1, JournalEventKind.Failed, At, Data: failure.ToJson())],
            Status = OrchestrationRuntimeStatus.Failed,
            Output = failure.ToString(),
            Anew = null,
        };
    }
}

/// <summary>How an orchestration begins anew.</summary>
internal sealed record NextExecution(string? Input, string? Version, IReadOnlyList<(string Name, string? Payload)> Events);
