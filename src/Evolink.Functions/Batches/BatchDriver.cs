using System.Collections.Concurrent;
using System.Diagnostics;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Batches;

/// <summary>
/// Takes a batch one step further. It may be executed any number of times, also at the same time and half-way: items are marked as started before
/// their jobs are written, a job's id follows from batch and index, and what became of an item is read from its job.
/// </summary>
public sealed partial class BatchDriver(
    BatchStore batches, GenerationStore jobs, GenerationIntake intake, Wake wake, TimeProvider time, ILogger<BatchDriver> log)
{
    private const int AtOnce = 8;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan NotReadyPause = TimeSpan.FromMinutes(1);

    /// <summary>Notes what has ended, starts what may be started, and says when to look again.</summary>
    public async Task<Step> AdvanceAsync(DurableTaskClient durable, BatchId id, CancellationToken cancellationToken)
    {
        // Removed meanwhile: no try brings it back.
        if (await batches.FindAsync(id, cancellationToken) is not { } batch)
            return new Step(StepKind.Done, null);
        bool ready = true;
        if (batch.EndedAt is null)
        {
            IReadOnlyDictionary<int, JobRecord> found = await FindJobsAsync(batch, batch.InFlight(), cancellationToken);
            if (batch.CancelRequestedAt is not null)
                await CancelAsync(durable, found.Values, cancellationToken);
            Dictionary<int, BatchItemState> ended = Ended(batch, found);
            DateTimeOffset now = time.GetUtcNow();
            batch = await batches.UpdateAsync(id, record => record.WithEnded(ended, now).WithNextStarted(now).WithEnd(now), cancellationToken);
            if (batch.CancelRequestedAt is null)
                ready = await StartAsync(durable, batch, [.. batch.InFlight().Where(index => !found.ContainsKey(index))], cancellationToken);
        }

        if (batch.EndedAt is null)
            return new Step(StepKind.Again, time.GetUtcNow() + (ready ? Pause(batch) : NotReadyPause));
        await batches.RemoveActiveMarkerAsync(id, version: null, cancellationToken);
        LogEnded(id, batch.Items.Count(item => item == BatchItemState.Completed), batch.Items.Length);
        return new Step(StepKind.Done, null);
    }

    /// <summary>The jobs of items, where they have one.</summary>
    public async Task<IReadOnlyDictionary<int, JobRecord>> FindJobsAsync(BatchRecord batch, IEnumerable<int> items, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<int, JobRecord> found = [];
        await ForEachAsync(
            items,
            async index =>
            {
                if (await jobs.FindAsync(batch.Id.JobOf(batch.Client, index), cancellationToken) is { } job)
                    found[index] = job;
            },
            cancellationToken);
        return found;
    }

    // After a cancel, what has no job yet gets none.
    private static Dictionary<int, BatchItemState> Ended(BatchRecord batch, IReadOnlyDictionary<int, JobRecord> found)
    {
        Dictionary<int, BatchItemState> ended = [];
        foreach (int index in batch.InFlight())
        {
            if (found.GetValueOrDefault(index) is not { } job)
            {
                if (batch.CancelRequestedAt is not null)
                    ended[index] = BatchItemState.Cancelled;
            }
            else if (job.State.IsTerminal)
            {
                ended[index] = BatchItemStates.EndOf(job.State);
            }
        }

        return ended;
    }

    /// <returns>Whether the app is configured for work.</returns>
    private async Task<bool> StartAsync(DurableTaskClient durable, BatchRecord batch, IReadOnlyList<int> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return true;
        ConcurrentDictionary<int, IntakeResult> results = [];
        await ForEachAsync(
            items,
            async index =>
            {
                NewGeneration wanted = new(
                    BatchId.Source, batch.Client, await batches.ReadRequestAsync(batch, index, cancellationToken), batch.Id.ItemKey(index), batch.OwnBases);
                results[index] = await intake.AcceptAsync(durable, wanted, cancellationToken);
            },
            cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        BatchRecord after = await batches.UpdateAsync(
            batch.Id,
            record => results.Aggregate(record, (before, item) => Refusal(item.Value) is { } error ? before.WithRefusal(item.Key, error, now) : before),
            cancellationToken);
        // Another execution may have noted the cancel, and these items as having no job.
        if (after.CancelRequestedAt is not null)
            await CancelAsync(durable, results.Values.OfType<IntakeResult.Accepted>().Select(accepted => accepted.Job), cancellationToken);
        return !results.Values.Any(result => result is IntakeResult.NotReady);
    }

    private static JobError? Refusal(IntakeResult result) => result switch
    {
        IntakeResult.Accepted or IntakeResult.NotReady => null,
        IntakeResult.Refused refused => new JobError("invalid_request", refused.Issues[0].Message),
        IntakeResult.Conflict => new JobError("idempotency_conflict", "The item's job exists with another request, which is a fault of this service."),
        _ => throw new UnreachableException(),
    };

    private Task CancelAsync(DurableTaskClient durable, IEnumerable<JobRecord> found, CancellationToken cancellationToken) => ForEachAsync(
        found.Where(job => !job.State.IsTerminal && job.CancelRequestedAt is null),
        async job =>
        {
            JobRecord cancelled = await jobs.UpdateAsync(job, record => record.WithCancelRequest(time.GetUtcNow()), cancellationToken);
            await wake.SendAsync(durable, cancelled, cancellationToken);
        },
        cancellationToken);

    // Right after something happened more is to be expected; a batch of long videos is left alone.
    private TimeSpan Pause(BatchRecord batch)
    {
        TimeSpan quiet = (time.GetUtcNow() - batch.UpdatedAt) / 4;
        return quiet < ShortestPause ? ShortestPause : quiet > LongestPause ? LongestPause : quiet;
    }

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> action, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (item, _) => await action(item));

    [LoggerMessage(2401, LogLevel.Information, "Batch {BatchId} is over: {Completed} of {Count} items have a video.")]
    private partial void LogEnded(BatchId batchId, int completed, int count);
}
