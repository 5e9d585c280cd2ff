using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Tasks;

/// <summary>Holds requests until a job's status changes. Only a few at once: callbacks must never queue behind them.</summary>
public sealed class TaskWaiting(GenerationStore store, JobChanges changes, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    // Changes made by other instances are only seen by looking.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _slots = new(options.Value.MaxWaitingRequests);

    /// <summary>The record when its status differs from the one given, or when the time is up; at once, and not waited for, where too many wait already.</summary>
    public async Task<(JobRecord? Job, bool Waited)> ForChangeAsync(JobRecord job, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (!await _slots.WaitAsync(TimeSpan.Zero, cancellationToken))
            return (job, false);
        try
        {
            return (await WaitAsync(job, wait, cancellationToken), true);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<JobRecord?> WaitAsync(JobRecord job, TimeSpan wait, CancellationToken cancellationToken)
    {
        string status = job.State.WireStatus;
        DateTimeOffset end = time.GetUtcNow() + wait;
        using JobChanges.Watch watch = changes.Begin(job.Id);
        Task changed = watch.NextAsync(cancellationToken);
        while (true)
        {
            if (await store.FindAsync(job.Id, cancellationToken) is not { } now)
                return null;
            TimeSpan left = end - time.GetUtcNow();
            if (now.State.WireStatus != status || left <= TimeSpan.Zero)
                return now;
            await Task.WhenAny(changed, Task.Delay(left < Look ? left : Look, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (changed.IsCompleted)
                changed = watch.NextAsync(cancellationToken);
        }
    }
}
