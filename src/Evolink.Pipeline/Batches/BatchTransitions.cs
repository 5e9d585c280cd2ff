using System.Collections.Immutable;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Batches;

/// <summary>
/// Every change that a batch can go through, as pure functions from record to record. Items only ever go forward, from waiting over started to an
/// end; a step that came too late changes nothing, and the same instance is returned.
/// </summary>
public static class BatchTransitions
{
    extension(BatchRecord batch)
    {
        /// <summary>
        /// Marks the next items as started, as many as may be under way. It is written before their jobs are, so that none runs that the batch
        /// does not know of; none after a cancel.
        /// </summary>
        public BatchRecord WithNextStarted(DateTimeOffset now)
        {
            int free = batch.CancelRequestedAt is null ? batch.MaxInFlight - batch.InFlight().Count() : 0;
            int first = batch.Items.IndexOf(BatchItemState.Waiting);
            if (free <= 0 || first < 0)
                return batch;
            ImmutableArray<BatchItemState>.Builder items = batch.Items.ToBuilder();
            for (int i = first; i < items.Count && free > 0; i++, free--)
                items[i] = BatchItemState.Started;
            return batch with { Items = items.MoveToImmutable(), UpdatedAt = now };
        }

        /// <summary>Notes how items ended.</summary>
        public BatchRecord WithEnded(IReadOnlyDictionary<int, BatchItemState> ended, DateTimeOffset now)
        {
            if (!ended.Any(item => batch.Items[item.Key] == BatchItemState.Started))
                return batch;
            ImmutableArray<BatchItemState>.Builder items = batch.Items.ToBuilder();
            foreach ((int index, BatchItemState state) in ended)
                items[index] = items[index] == BatchItemState.Started ? state : items[index];
            return batch with { Items = items.MoveToImmutable(), UpdatedAt = now };
        }

        /// <summary>Notes that an item's job is deleted, where the batch had not seen its end.</summary>
        public BatchRecord WithRemoved(IReadOnlyCollection<int> removed, DateTimeOffset now) =>
            batch.WithEnded(removed.ToDictionary(index => index, _ => BatchItemState.Removed), now);

        /// <summary>Notes that intake refused an item when its turn came.</summary>
        public BatchRecord WithRefusal(int index, JobError error, DateTimeOffset now) => batch.Items[index] == BatchItemState.Started
            ? batch with { Items = batch.Items.SetItem(index, BatchItemState.Failed), Refusals = batch.Refusals.Add(new BatchRefusal(index, error)), UpdatedAt = now }
            : batch;

        /// <summary>The client asked to stop: what was not started never will be.</summary>
        public BatchRecord WithCancelRequest(DateTimeOffset now) => batch.EndedAt is not null || batch.CancelRequestedAt is not null
            ? batch
            : batch with
            {
                CancelRequestedAt = now,
                UpdatedAt = now,
                Items = [.. batch.Items.Select(item => item == BatchItemState.Waiting ? BatchItemState.Cancelled : item)],
            };

        /// <summary>The end, where every item is over.</summary>
        public BatchRecord WithEnd(DateTimeOffset now) =>
            batch.EndedAt is null && batch.Items.All(item => item.IsTerminal()) ? batch with { EndedAt = now, UpdatedAt = now } : batch;
    }
}
