using Evolink.LocalHost.Durable.Execution;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>Writes a turn: its history, the work that follows from it and the messages it took in, all in one transaction.</summary>
internal static class TurnWriter
{
    public static TurnEffects Apply(JournalTransaction journal, TurnCommit turn)
    {
        var effects = new TurnEffects();
        foreach (var message in turn.Taken)
            journal.DeleteMessage(message);
        foreach (var e in turn.Events)
        {
            if (turn.Anew is null)
                journal.AppendEvent(turn.Instance, e);
            HandOut(journal, turn, e, effects);
        }

        journal.UpdateInstance(turn.Instance, turn.Status, turn.At, turn.Output, turn.CustomStatus);
        if (turn.Anew is { } next)
            BeginAnew(journal, turn, next, effects);
        else if (turn.IsOver)
            Finish(journal, turn, effects);
        return effects;
    }

    /// <summary>Puts a start into the inbox of a new instance.</summary>
    public static long Start(JournalTransaction journal, InstanceRow row, TurnEffects effects)
    {
        var key = journal.InsertInstance(row);
        journal.InsertMessage(key, JournalEventKind.ExecutionStarted);
        effects.Woken.Add(key);
        return key;
    }

    private static void HandOut(JournalTransaction journal, TurnCommit turn, JournalEvent e, TurnEffects effects)
    {
        switch (e.Kind)
        {
            case JournalEventKind.EventSent:
                SendEvent(journal, e, effects);
                break;
            case JournalEventKind.ExecutionStarted:
                effects.Changed.Add(turn.InstanceId);
                break;
            case var _ when turn.IsOver:
                break; // Nobody waits for new work any more: only a broken execution ends with some.
            case JournalEventKind.ActivityScheduled:
                var key = new ActivityKey(turn.Instance, e.TaskId!.Value);
                journal.InsertActivity(key, e.Name!, e.Data);
                effects.Activities.Add(key);
                break;
            case JournalEventKind.TimerCreated:
                journal.InsertTimer(turn.Instance, e.TaskId!.Value, e.Due!.Value);
                effects.Timer(e.Due.Value);
                break;
            case JournalEventKind.TimerCancelled:
                journal.DeleteTimer(turn.Instance, e.TaskId!.Value);
                break;
            case JournalEventKind.SubOrchestrationScheduled:
                StartChild(journal, turn, e, effects);
                break;
        }
    }

    // As in the SDK, an event to an instance that is unknown or over is dropped.
    private static void SendEvent(JournalTransaction journal, JournalEvent e, TurnEffects effects)
    {
        if (journal.FindInstance(e.Target!) is not { IsOver: false } target)
            return;
        journal.InsertMessage(target.Key, JournalEventKind.EventRaised, name: e.Name, data: e.Data);
        effects.Woken.Add(target.Key);
    }

    private static void StartChild(JournalTransaction journal, TurnCommit turn, JournalEvent e, TurnEffects effects)
    {
        if (journal.FindInstance(e.Target!) is { } existing)
        {
            if (!existing.IsOver)
            {
                var failure = FailureRecord.Missing(
                    "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
                    $"An orchestration instance '{e.Target}' exists already and is {existing.Status}.");
                journal.InsertMessage(turn.Instance, JournalEventKind.SubOrchestrationFailed, e.TaskId, data: failure.ToJson());
                effects.Woken.Add(turn.Instance);
                return;
            }

            journal.DeleteInstance(existing.Key);
        }

        var parent = new ParentLink(turn.Instance, e.TaskId!.Value, turn.InstanceId, turn.Name);
        Start(
            journal,
            new InstanceRow(
                0, e.Target!, e.Name!, e.Version ?? "", OrchestrationRuntimeStatus.Pending, turn.At, turn.At, parent, e.Data),
            effects);
    }

    // What was left in the inbox comes after the start and after the events that the old execution had taken in and not used.
    private static void BeginAnew(JournalTransaction journal, TurnCommit turn, NextExecution next, TurnEffects effects)
    {
        journal.RestartInstance(turn.Instance, next.Version, next.Input, turn.At);
        var last = journal.LastMessage();
        journal.InsertMessage(turn.Instance, JournalEventKind.ExecutionStarted);
        foreach (var (name, payload) in next.Events)
            journal.InsertMessage(turn.Instance, JournalEventKind.EventRaised, name: name, data: payload);
        journal.MoveMessagesBehind(turn.Instance, last);
        effects.Woken.Add(turn.Instance);
    }

    private static void Finish(JournalTransaction journal, TurnCommit turn, TurnEffects effects)
    {
        journal.DeleteOpenWork(turn.Instance);
        effects.Woken.Remove(turn.Instance);
        effects.Changed.Add(turn.InstanceId);
        if (journal.ParentOf(turn.Instance) is not { } parent || journal.FindInstance(parent.Key) is not { IsOver: false })
            return;
        var (kind, data) = turn.Status switch
        {
            OrchestrationRuntimeStatus.Completed => (JournalEventKind.SubOrchestrationCompleted, turn.Output),
            OrchestrationRuntimeStatus.Failed => (JournalEventKind.SubOrchestrationFailed, turn.Events[^1].Data),
            _ => (JournalEventKind.SubOrchestrationFailed, new FailureRecord(
                "Terminated", $"Sub-orchestration '{turn.InstanceId}' was terminated: {turn.Output}").ToJson()),
        };
        journal.InsertMessage(parent.Key, kind, parent.TaskId, data: data);
        effects.Woken.Add(parent.Key);
    }
}
