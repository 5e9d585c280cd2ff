using System.Collections.Concurrent;
using System.Diagnostics;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Batches;

/// <summary>
/// Takes a batch one step further. It may be executed any number of times, also at the same time and half-way: items are marked as started before
/// their jobs are written, a job's id follows from batch and index, and what became of an item is read from its job.
/// </summary>
public sealed partial class BatchDriver(
    BatchStore batches, BatchJobsReader jobsOf, GenerationStore jobs, GenerationIntake intake, Wake wake, ItemLoop loop, TimeProvider time, ILogger<BatchDriver> log)
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
            BatchJobs found = await jobsOf.FindAsync(batch, batch.InFlight(), cancellationToken);
            if (batch.CancelRequestedAt is not null)
                await CancelAsync(durable, found.Records.Values, cancellationToken);
            Dictionary<int, BatchItemState> ended = Ended(batch, found);
            DateTimeOffset now = time.GetUtcNow();
            batch = await batches.UpdateAsync(
                id, record => record.WithRemoved(found.Removed, now).WithEnded(ended, now).WithNextStarted(now).WithEnd(now), cancellationToken);
            if (batch.CancelRequestedAt is null)
                ready = await StartAsync(durable, batch, [.. batch.InFlight().Where(index => !found.Has(index))], cancellationToken);
        }

        if (batch.EndedAt is null)
            return new Step(StepKind.Again, time.GetUtcNow() + (ready ? Pause(batch) : NotReadyPause));
        await batches.RemoveActiveMarkerAsync(id, version: null, cancellationToken);
        LogEnded(id, batch.Items.Count(item => item == BatchItemState.Completed), batch.Items.Length);
        return new Step(StepKind.Done, null);
    }

    // After a cancel, what has no job yet gets none.
    private static Dictionary<int, BatchItemState> Ended(BatchRecord batch, BatchJobs found)
    {
        Dictionary<int, BatchItemState> ended = [];
        foreach (int index in batch.InFlight())
        {
            if (found.Records.GetValueOrDefault(index) is { State.IsTerminal: true } job)
                ended[index] = BatchItemStates.EndOf(job.State);
            else if (batch.CancelRequestedAt is not null && !found.Has(index))
                ended[index] = BatchItemState.Cancelled;
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
            batch.Id,
            items,
            async index =>
            {
                NewGeneration wanted = new(
                    BatchId.Source, batch.Client, await batches.ReadRequestAsync(batch, index, cancellationToken), batch.Id.ItemKey(index), batch.OwnBases)
                {
                    Origin = new JobOrigin { Batch = batch.Id.Value, BatchIndex = index },
                };
                results[index] = await intake.AcceptAsync(durable, wanted, cancellationToken);
            },
            cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        int[] removed = [.. results.Where(item => item.Value is IntakeResult.Removed).Select(item => item.Key)];
        BatchRecord after = await batches.UpdateAsync(
            batch.Id,
            record => results.Aggregate(
                record.WithRemoved(removed, now),
                (before, item) => Refusal(item.Value) is { } error ? before.WithRefusal(item.Key, error, now) : before),
            cancellationToken);
        // Another execution may have noted the cancel, and these items as having no job.
        if (after.CancelRequestedAt is not null)
            await CancelAsync(durable, results.Values.OfType<IntakeResult.Accepted>().Select(accepted => accepted.Job), cancellationToken);
        return !results.Values.Any(result => result is IntakeResult.NotReady);
    }

    private static JobError? Refusal(IntakeResult result) => result switch
    {
        IntakeResult.Accepted or IntakeResult.Removed or IntakeResult.NotReady => null,
        IntakeResult.Refused refused => new JobError("invalid_request", refused.Issues[0].Message),
        IntakeResult.Conflict => new JobError("idempotency_conflict", "The item's job exists with another request, which is a fault of this service."),
        _ => throw new UnreachableException(),
    };

    private Task<int> CancelAsync(DurableTaskClient durable, IEnumerable<JobRecord> found, CancellationToken cancellationToken) => loop.RunAsync(
        BatchJobsReader.Loop,
        found.Where(job => !job.State.IsTerminal && job.CancelRequestedAt is null).ToAsyncEnumerable(),
        AtOnce,
        job => job.Id.Value,
        async (job, stopping) =>
        {
            JobRecord cancelled = await jobs.UpdateAsync(job, record => record.WithCancelRequest(time.GetUtcNow()), stopping);
            await wake.SendAsync(durable, cancelled, stopping);
        },
        cancellationToken);

    // Right after something happened more is to be expected; a batch of long videos is left alone.
    private TimeSpan Pause(BatchRecord batch)
    {
        TimeSpan quiet = (time.GetUtcNow() - batch.UpdatedAt) / 4;
        return quiet < ShortestPause ? ShortestPause : quiet > LongestPause ? LongestPause : quiet;
    }

    // An item that could not be started is tried again at the next look; the others are under way.
    private Task<int> ForEachAsync(BatchId id, IEnumerable<int> items, Func<int, Task> action, CancellationToken cancellationToken) => loop.RunAsync(
        BatchJobsReader.Loop, items.ToAsyncEnumerable(), AtOnce, id.ItemKey, (index, _) => action(index), cancellationToken);

    [LoggerMessage(2401, LogLevel.Information, "Batch {BatchId} is over: {Completed} of {Count} items have a video.")]
    private partial void LogEnded(BatchId batchId, int completed, int count);
}
