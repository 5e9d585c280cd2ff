using Evolink.LocalHost.Durable.Execution;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>
/// Runs activities. An activity's row leaves the journal in the transaction that brings its result into the instance's inbox:
/// the result counts exactly once, the activity runs at least once.
/// </summary>
internal sealed class ActivityDispatcher(DurableJournal journal, IDurableFunctions functions, TimeProvider time, WorkBoard board, ILogger log)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>One worker.</summary>
    /// <param name="stopping">No new activity after this.</param>
    /// <param name="cancelled">Running activities are cancelled by this; they run again after the next start.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken cancelled)
    {
        try
        {
            await foreach (var key in board.Activities.ReadAllAsync(stopping))
            {
                // Not there any more: the instance ended while the activity waited for its turn.
                if (journal.Read(reader => reader.Activity(key)) is { } activity)
                    await RunAsync(activity, cancelled);
                if (stopping.IsCancellationRequested)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
    }

    private async Task RunAsync(PendingActivity activity, CancellationToken cancelled)
    {
        var kind = JournalEventKind.ActivityCompleted;
        string? data;
        try
        {
            data = functions.HasActivity(activity.Name)
                ? await Task.Run(() => functions.RunActivityAsync(activity.Name, activity.Input, activity.InstanceId, cancelled), CancellationToken.None)
                : throw new UnknownActivityException(activity.Name);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Every failure of an activity is the orchestrator's to handle.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            EngineLog.ActivityFailed(log, activity.InstanceId, activity.Name, activity.Key.TaskId, exception);
            kind = JournalEventKind.ActivityFailed;
            data = (FailureRecord.Of(exception) with { IsFinal = exception is UnknownActivityException }).ToJson();
        }

        await RecordAsync(activity.Key, kind, data, cancelled);
    }

    private async Task RecordAsync(ActivityKey key, JournalEventKind kind, string? data, CancellationToken cancelled)
    {
        while (true)
        {
            try
            {
                var woken = await journal.WriteAsync(writer =>
                {
                    if (!writer.DeleteActivity(key))
                        return false;
                    writer.InsertMessage(key.Instance, kind, key.TaskId, data: data);
                    return true;
                });
                if (woken)
                    board.Instances.Wake(key.Instance);
                return;
            }
            catch (SqliteException exception)
            {
                // The result is too dear to lose to a full disk: held until it can be written.
                EngineLog.ResultNotWritten(log, key.Instance, key.TaskId, exception);
                await Task.Delay(AfterFailure, time, cancelled);
            }
        }
    }
}
