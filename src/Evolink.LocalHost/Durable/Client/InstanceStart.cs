using Evolink.LocalHost.Durable.Dispatch;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using DurableTask.Core.Exceptions;

namespace Evolink.LocalHost.Durable.Client;

/// <summary>
/// Starts an instance under its id. An unfinished one is never touched; a finished one is replaced, unless the caller's dedupe statuses name its
/// status. Unlike Azure Storage, where of many parallel starts several may succeed, exactly one does here: it is one transaction.
/// </summary>
internal sealed class InstanceStart(InstanceRow row, DateTimeOffset? startAt, IReadOnlyCollection<OrchestrationRuntimeStatus> dedupe)
{
    public InstanceRow Row { get; } = row;

    /// <summary>Whether a start that met an instance of this status says that it must be left alone.</summary>
    public bool Spares(OrchestrationRuntimeStatus status) => dedupe.Contains(status);

    public static IReadOnlyCollection<OrchestrationRuntimeStatus> Dedupe(StartOrchestrationOptions? options) =>
    [
        .. (options?.DedupeStatuses ?? []).Select(name => Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status)
            ? status
            : throw new ArgumentException($"'{name}' is no orchestration runtime status.", nameof(options))),
    ];

    public (OrchestrationRuntimeStatus? Existing, TurnEffects Effects) Apply(JournalTransaction journal)
    {
        var effects = new TurnEffects();
        if (journal.FindInstance(Row.Id) is { } existing)
        {
            if (!existing.IsOver || Spares(existing.Status))
                return (existing.Status, effects);
            journal.DeleteInstance(existing.Key);
        }

        if (startAt is { } later && later > Row.Created)
        {
            journal.InsertTimer(journal.InsertInstance(Row), TimerLoop.StartTimer, later);
            effects.Timer(later);
        }
        else
        {
            TurnWriter.Start(journal, Row, effects);
        }

        return (null, effects);
    }

    public OrchestrationAlreadyExistsException AlreadyExists(OrchestrationRuntimeStatus status) =>
        new($"An orchestration instance '{Row.Id}' exists already and is {status}.");
}
