using System.Collections.Concurrent;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>Callers that wait for an instance to start or end.</summary>
internal sealed class InstanceWatchers
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    /// <summary>Ends at the next change of the instance. Ask for it before looking at the state.</summary>
    public Task NextChange(string instanceId) =>
        waiting.GetOrAdd(instanceId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Changed(string instanceId)
    {
        if (waiting.TryRemove(instanceId, out var source))
            source.SetResult();
    }

    /// <summary>The engine stops: nobody will be told.</summary>
    public void Stop()
    {
        foreach (var id in waiting.Keys)
        {
            if (waiting.TryRemove(id, out var source))
                source.TrySetException(new OperationCanceledException("The Durable engine has stopped."));
        }
    }
}
