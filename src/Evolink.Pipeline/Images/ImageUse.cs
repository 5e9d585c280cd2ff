using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Images;

/// <summary>
/// Tells which images jobs stand on. There is no list of that: it is read from the jobs' requests, so it is for removals, which are rare.
/// </summary>
public sealed class ImageUse(GenerationStore jobs, JobIndex index, BatchStore batches)
{
    private const int MostJobs = 5000;
    private const int PageSize = 500;
    private const int AtOnce = 16;

    /// <summary>Whether another job of the client names an image, or a batch of it is under way, whose jobs are not all written yet; null where it has too many jobs to say.</summary>
    public async Task<bool?> IsUsedElsewhereAsync(JobRecord job, string sha256, CancellationToken cancellationToken)
    {
        if ((await ClientsWithBatchesAsync(cancellationToken)).Contains(job.Client))
            return true;
        List<JobId> others = [];
        await foreach (JobIndexEntry entry in index.ListAsync(job.Client, after: null, PageSize, cancellationToken))
        {
            if (entry.Id != job.Id)
                others.Add(entry.Id);
            if (others.Count > MostJobs)
                return null;
        }

        return (await ImagesOfAsync(others, cancellationToken)).Contains(sha256);
    }

    /// <summary>The images that jobs stand on which are not over, as <c>{client}/{sha256}</c>.</summary>
    public async Task<IReadOnlySet<string>> OfLiveJobsAsync(CancellationToken cancellationToken)
    {
        HashSet<string> live = new(StringComparer.Ordinal);
        await foreach (ActiveMarker marker in jobs.ActiveAsync(cancellationToken))
        {
            if (await jobs.FindAsync(marker.Id, cancellationToken) is { } job && await OwnImageAsync(job.Id, cancellationToken) is { } image)
                live.Add($"{job.Client}/{image}");
        }

        return live;
    }

    /// <summary>The clients that have a batch which is not over: its items name images that no job stands on yet.</summary>
    public async Task<IReadOnlySet<string>> ClientsWithBatchesAsync(CancellationToken cancellationToken)
    {
        HashSet<string> clients = new(StringComparer.Ordinal);
        await foreach ((BatchId id, _, _) in batches.ActiveAsync(cancellationToken))
        {
            if (await batches.FindAsync(id, cancellationToken) is { } batch)
                clients.Add(batch.Client);
        }

        return clients;
    }

    private async Task<HashSet<string>> ImagesOfAsync(List<JobId> ids, CancellationToken cancellationToken)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (JobId[] some in ids.Chunk(AtOnce))
        {
            string?[] images = await Task.WhenAll(some.Select(id => OwnImageAsync(id, cancellationToken)));
            found.UnionWith(images.OfType<string>());
        }

        return found;
    }

    private async Task<string?> OwnImageAsync(JobId id, CancellationToken cancellationToken)
    {
        try
        {
            return (await jobs.ReadRequestAsync(id, cancellationToken)).OwnImage;
        }
        catch (JobNotFoundException)
        {
            // Being removed itself.
            return null;
        }
    }
}
