namespace Evolink.Simulator;

/// <summary>Tasks, charges and everything that happened: every change is an entry, written down before it takes effect.</summary>
internal sealed class Ledger : IDisposable
{
    private readonly Lock gate = new();
    private readonly Journal? journal;
    private readonly Dictionary<string, TaskCompletionSource> changes = new(StringComparer.Ordinal);
    private LedgerState state = new();

    public Ledger(string? dataFolder)
    {
        if (dataFolder is not null)
            journal = Journal.Open(dataFolder, state.Apply);
    }

    /// <summary>Reads the state; <paramref name="read"/> must not keep hold of it.</summary>
    public T Read<T>(Func<LedgerState, T> read)
    {
        lock (gate)
            return read(state);
    }

    public SimulatedTask? Find(string taskId) => Read(state => state.Find(taskId));

    public void Record(JournalEntry entry)
    {
        lock (gate)
            Write(entry);
    }

    /// <summary>Decides on the state as it is and records the decision, with nobody in between.</summary>
    public T Decide<T>(Func<LedgerState, (T Decision, JournalEntry? Entry)> decide)
    {
        lock (gate)
        {
            (T decision, JournalEntry? entry) = decide(state);
            if (entry is not null)
                Write(entry);
            return decision;
        }
    }

    /// <summary>Completes at the next entry about the task.</summary>
    public Task ChangeOf(string taskId)
    {
        lock (gate)
        {
            if (!changes.TryGetValue(taskId, out TaskCompletionSource? change))
                changes[taskId] = change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return change.Task;
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            journal?.Clear();
            state = new LedgerState();
        }
    }

    public void Dispose()
    {
        lock (gate)
            journal?.Dispose();
    }

    private void Write(JournalEntry entry)
    {
        journal?.Append(entry);
        state.Apply(entry);
        if (TaskOf(entry) is { } taskId && changes.Remove(taskId, out TaskCompletionSource? change))
            change.SetResult();
    }

    private static string? TaskOf(JournalEntry entry) => entry switch
    {
        JournalEntry.Submitted submitted => submitted.Task?.Id,
        JournalEntry.ImageChecked image => image.TaskId,
        JournalEntry.CallbackSent callback => callback.TaskId,
        JournalEntry.CallbacksDone done => done.TaskId,
        JournalEntry.EndForced forced => forced.TaskId,
        JournalEntry.FaultsOrdered ordered => ordered.Order.TaskId,
        _ => null,
    };
}
