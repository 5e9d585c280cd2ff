using Evolink.LocalHost.Durable.Execution;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>Gives instances their turns: load or take from the cache, take in the inbox, commit, hand out what follows.</summary>
internal sealed class OrchestrationDispatcher(
    DurableJournal journal,
    IDurableFunctions functions,
    ExecutionSettings settings,
    bool replayEveryStep,
    TimeProvider time,
    WorkBoard board,
    ILogger log)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>One worker.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var instance in board.Instances.Ready.ReadAllAsync(stopping))
            {
                await TakeTurnAsync(instance, stopping);
                if (stopping.IsCancellationRequested)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
    }

    private async Task TakeTurnAsync(long instance, CancellationToken stopping)
    {
        var execution = board.Instances.Enter(instance);
        TurnEffects? effects = null;
        var failed = false;
        try
        {
            (execution, var turn) = TakeTurn(instance, execution);
            if (turn is not null)
            {
                effects = await journal.WriteAsync(writer => TurnWriter.Apply(writer, turn));
                Log(turn);
                if (replayEveryStep || turn.IsOver || turn.Anew is not null)
                    execution = null;
            }
        }
        catch (OperationCanceledException)
        {
            execution = null;
        }
#pragma warning disable CA1031 // A turn that cannot be journaled has not happened: it is taken again, from the journal.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            EngineLog.TurnNotWritten(log, instance, exception);
            execution = null;
            failed = true;
        }
        finally
        {
            board.Instances.Leave(instance, execution);
        }

        if (effects is not null)
            board.Publish(effects);
        if (failed)
            _ = WakeLaterAsync(instance, stopping);
    }

    private (OrchestrationExecution? Execution, TurnCommit? Turn) TakeTurn(long instance, OrchestrationExecution? execution)
    {
        var inbox = journal.Read(reader => reader.Messages(instance));
        if (inbox.Count == 0)
            return (execution, null);
        if (execution is null)
        {
            var (row, history) = journal.Read(reader => (reader.Instance(instance), reader.Events(instance)));
            if (row is null || new InstanceHead(instance, row.Status).IsOver)
                return (null, null);
            execution = Load(row, history);
        }

        var turn = execution.TakeTurn(time.GetUtcNow(), inbox);
        if (replayEveryStep && turn is not null && execution.Broken is null)
            turn = Check(execution.Row, turn);
        return (execution, turn);
    }

    private OrchestrationExecution Load(InstanceRow row, IReadOnlyList<JournalEvent> history)
    {
        var execution = new OrchestrationExecution(row, functions, settings, Fault) { CustomStatus = row.CustomStatus };
        execution.Replay(history);
        return execution;
    }

    /// <summary>Runs everything again, this turn included: what comes out must be the same.</summary>
    private TurnCommit Check(InstanceRow row, TurnCommit turn)
    {
        var again = Load(row, [.. journal.Read(reader => reader.Events(row.Key)), .. turn.Events]);
        return again.Broken is { } difference ? turn.Failing(difference) : turn;
    }

    /// <summary>Orchestrator code was seen outside of its turn; its instance fails in its next one.</summary>
    private void Fault(long instance, string what) => _ = FaultAsync(instance, what);

    private async Task FaultAsync(long instance, string what)
    {
        try
        {
            await journal.WriteAsync(writer =>
            {
                if (writer.FindInstance(instance) is not { IsOver: false })
                    return false;
                writer.InsertMessage(instance, JournalEventKind.Faulted, data: what);
                return true;
            });
            board.Instances.Wake(instance);
        }
#pragma warning disable CA1031 // The engine has stopped, or the disk is full: the next replay finds the fault again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            EngineLog.FaultNotWritten(log, instance, exception);
        }
    }

    private async Task WakeLaterAsync(long instance, CancellationToken stopping)
    {
        await Task.Delay(AfterFailure, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested)
            board.Instances.Wake(instance);
    }

    private void Log(TurnCommit turn)
    {
        if (!turn.IsOver)
            return;
        if (turn.Events[^1].Kind is JournalEventKind.Failed)
            EngineLog.OrchestrationFailed(log, turn.InstanceId, turn.Name, turn.Output ?? "");
        else
            EngineLog.OrchestrationEnded(log, turn.InstanceId, turn.Name, turn.Status);
    }
}
