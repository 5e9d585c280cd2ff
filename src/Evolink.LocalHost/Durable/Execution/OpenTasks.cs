using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>
/// Activities, timers and sub-orchestrations that the orchestrator asked for and that are not over. As in the SDK, an orchestration is not
/// over before they are: an open timer keeps it Running until it fires or is cancelled.
/// </summary>
internal sealed class OpenTasks
{
    private readonly Dictionary<int, OpenTask> open = [];
    private int count;

    public bool Any => open.Count > 0;

    /// <summary>The id of the next task: they are counted in the order of the calls.</summary>
    public int NextId() => count++;

    public Task<string?> Open(int id, string name)
    {
        var task = new OpenTask(name);
        open.Add(id, task);
        return task.Source.Task;
    }

    public bool IsOpen(int id) => open.ContainsKey(id);

    /// <summary>Cancels an open timer.</summary>
    public void Cancel(int id, CancellationToken cancellationToken)
    {
        if (open.Remove(id, out var task))
            task.Source.SetCanceled(cancellationToken);
    }

    public void Close(JournalEvent e)
    {
        if (!open.Remove(e.TaskId ?? -1, out var task))
            return; // Cancelled in the same moment.
        task.Registration.Dispose();
        if (e.Kind is JournalEventKind.ActivityFailed or JournalEventKind.SubOrchestrationFailed)
            task.Source.SetException(new TaskFailure(task.Name, e.TaskId!.Value, FailureRecord.Read(e.Data)));
        else
            task.Source.SetResult(e.Data);
    }

    public void Attach(int id, CancellationTokenRegistration registration)
    {
        if (open.TryGetValue(id, out var task))
            task.Registration = registration;
    }

    private sealed class OpenTask(string name)
    {
        public string Name { get; } = name;

        public TaskCompletionSource<string?> Source { get; } = new();

        public CancellationTokenRegistration Registration { get; set; }
    }
}
