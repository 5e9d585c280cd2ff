namespace Evolink.Pipeline.Generations;

/// <summary>
/// Tells waiters in this process that a record was written here. Writes of other instances are not seen: whoever waits also looks
/// from time to time.
/// </summary>
public sealed class JobChanges
{
    private readonly Lock _lock = new();
    private readonly Dictionary<JobId, List<Watch>> _watches = [];

    /// <summary>Watches a job until it is disposed.</summary>
    public Watch Begin(JobId id)
    {
        Watch watch = new(this, id);
        lock (_lock)
        {
            if (!_watches.TryGetValue(id, out List<Watch>? watches))
                _watches[id] = watches = [];
            watches.Add(watch);
        }

        return watch;
    }

    /// <summary>Says that the record was written.</summary>
    public void Signal(JobId id)
    {
        lock (_lock)
        {
            foreach (Watch watch in _watches.GetValueOrDefault(id) ?? [])
                watch.Signal();
        }
    }

    private void End(JobId id, Watch watch)
    {
        lock (_lock)
        {
            if (_watches.TryGetValue(id, out List<Watch>? watches) && watches.Remove(watch) && watches.Count == 0)
                _watches.Remove(id);
        }
    }

    /// <summary>One waiter.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly JobChanges _changes;
        private readonly JobId _id;
        private TaskCompletionSource _next = NewSource();

        internal Watch(JobChanges changes, JobId id) => (_changes, _id) = (changes, id);

        /// <summary>Ends at the first write after the last call of this method, or after the watch began.</summary>
        public async Task NextAsync(CancellationToken cancellationToken)
        {
            await _next.Task.WaitAsync(cancellationToken);
            _next = NewSource();
        }

        /// <inheritdoc/>
        public void Dispose() => _changes.End(_id, this);

        internal void Signal() => _next.TrySetResult();

        private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
