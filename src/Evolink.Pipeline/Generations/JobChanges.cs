using System.Collections.Concurrent;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Tells waiters in this process that a record was written here. Writes of other instances are not seen: whoever waits also looks
/// from time to time.
/// </summary>
public sealed class JobChanges
{
    private readonly ConcurrentDictionary<JobId, TaskCompletionSource> _waiting = new();

    /// <summary>Ends at the next write of the record, in this process, after this call.</summary>
    public Task NextAsync(JobId id) =>
        _waiting.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that the record was written.</summary>
    public void Signal(JobId id)
    {
        if (_waiting.TryRemove(id, out TaskCompletionSource? source))
            source.SetResult();
    }
}
