using System.Collections.Immutable;
using Evolink.Pipeline.Generations;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Events;

/// <summary>
/// Sends what the topic does not know yet, at least once and under stable ids. It never fails a job: what could not be sent stays untold in the
/// record, and goes with the job's next step or, after its end, with the sweep.
/// </summary>
public sealed partial class EventTeller(GenerationStore store, EventTopic topic, TimeProvider time, ILogger<EventTeller> log)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // While the topic is away, only one step in a while waits to find that out.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    // For so long Event Grid itself tries to deliver; later than that nobody acts on it.
    private static readonly TimeSpan Oldest = TimeSpan.FromHours(24);

    private long _restsUntil;

    /// <summary>Tells a job's events, as its record is now.</summary>
    /// <returns>Whether nothing is left to tell.</returns>
    public async Task<bool> TellAsync(JobId id, CancellationToken cancellationToken) =>
        !topic.IsOn || await store.FindAsync(id, cancellationToken) is not { } job || await TellAsync(job, cancellationToken);

    /// <summary>Tells the events of a record that was just read.</summary>
    /// <returns>Whether nothing is left to tell.</returns>
    public async Task<bool> TellAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (!topic.IsOn)
            return true;
        ImmutableArray<JobEvent> untold = job.UntoldEvents();
        if (untold.IsEmpty)
            return true;
        if (!await TrySendAsync(job.Id, untold, cancellationToken))
        {
            bool tooOld = untold.All(happened => happened.At <= time.GetUtcNow() - Oldest);
            if (tooOld)
                LogGivenUp(job.Id, untold.Length);
            return tooOld;
        }

        await store.UpdateAsync(job, record => record.WithTold(untold), cancellationToken);
        return true;
    }

    private async Task<bool> TrySendAsync(JobId id, ImmutableArray<JobEvent> untold, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _restsUntil) > time.GetUtcNow().UtcTicks)
            return false;
        using CancellationTokenSource timeout = new(Limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await topic.SendAsync(untold, either.Token);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the job must not suffer from it.
            Volatile.Write(ref _restsUntil, (time.GetUtcNow() + Rest).UtcTicks);
            LogNotSent(e, id, untold.Length);
            return false;
        }
    }

    [LoggerMessage(1551, LogLevel.Warning, "Job {JobId}: {Count} events could not be sent to Evolink:Events:TopicEndpoint; they stay in its record and are sent later.")]
    private partial void LogNotSent(Exception e, JobId jobId, int count);

    [LoggerMessage(1552, LogLevel.Error, "Job {JobId}: {Count} events are a day old and the topic still does not take them; they are not waited for any more.")]
    private partial void LogGivenUp(JobId jobId, int count);
}
