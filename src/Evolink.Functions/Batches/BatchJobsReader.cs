using System.Collections.Concurrent;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;

namespace Evolink.Functions.Batches;

/// <summary>Reads the jobs of a batch's items. One that cannot be read is told as such, and spoils nothing for the others.</summary>
public sealed class BatchJobsReader(GenerationStore jobs, ItemLoop loop)
{
    /// <summary>Name of the loops over a batch's items.</summary>
    internal const string Loop = "batch_items";

    private const int AtOnce = 8;

    /// <summary>The jobs of items, where they have one.</summary>
    public async Task<BatchJobs> FindAsync(BatchRecord batch, IEnumerable<int> items, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<int, StoredJob?> found = [];
        ConcurrentDictionary<int, bool> unread = [];
        await loop.RunAsync(
            Loop,
            items.ToAsyncEnumerable(),
            AtOnce,
            batch.Id.ItemKey,
            async (index, stopping) =>
            {
                unread[index] = true;
                found[index] = await jobs.LookAsync(batch.Id.JobOf(batch.Client, index), stopping);
                unread.TryRemove(index, out bool _);
            },
            cancellationToken,
            // Whether an item has a job is not known while storage does not answer.
            e => e is InvalidDataException);
        return new BatchJobs(
            found.Where(item => item.Value?.Record is not null).ToDictionary(item => item.Key, item => item.Value!.Record!),
            [.. found.Where(item => item.Value?.Tombstone is not null).Select(item => item.Key)],
            [.. unread.Keys]);
    }
}
