using System.Collections.Concurrent;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;

namespace Evolink.Pipeline.Images;

/// <summary>
/// Tells which images jobs stand on. There is no list of that: it is read from the jobs' requests, so it is for removals, which are rare.
/// </summary>
public sealed class ImageUse(GenerationStore jobs, JobIndex index, BatchStore batches, ItemLoop loop)
{
    private const string Loop = "images";
    private const int MostJobs = 5000;
    private const int PageSize = 500;
    private const int AtOnce = 16;

    /// <summary>
    /// Whether another job of the client names an image, or a batch of it is under way, whose jobs are not all written yet; null where it has too
    /// many jobs to say, or one whose request cannot be read.
    /// </summary>
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

        ConcurrentDictionary<string, bool> images = new(StringComparer.Ordinal);
        int failed = await AddImagesOfAsync(others.ToAsyncEnumerable(), images, cancellationToken);
        return images.ContainsKey(sha256) ? true : failed > 0 ? null : false;
    }

    /// <summary>The images that jobs stand on which are not over, whoever's they are. A job whose request cannot be read cannot be submitted either.</summary>
    public async Task<IReadOnlySet<string>> OfLiveJobsAsync(CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, bool> live = new(StringComparer.Ordinal);
        await AddImagesOfAsync(jobs.Markers.ListAsync(cancellationToken).Select(marker => marker.Id), live, cancellationToken);
        return live.Keys.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The clients that have a batch which is not over: its items name images that no job stands on yet.</summary>
    public async Task<IReadOnlySet<string>> ClientsWithBatchesAsync(CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, bool> clients = new(StringComparer.Ordinal);
        await loop.RunAsync(
            Loop,
            batches.ActiveAsync(cancellationToken),
            AtOnce,
            batch => batch.Id.Value,
            async (batch, stopping) =>
            {
                if (await batches.FindClientAsync(batch.Id, stopping) is { } client)
                    clients[client] = true;
            },
            cancellationToken);
        return clients.Keys.ToHashSet(StringComparer.Ordinal);
    }

    // Only what can never be read is left out: that storage does not answer now says nothing of the image, and ends the run.
    private Task<int> AddImagesOfAsync(IAsyncEnumerable<JobId> ids, ConcurrentDictionary<string, bool> images, CancellationToken cancellationToken) =>
        loop.RunAsync(
            Loop,
            ids,
            AtOnce,
            id => id.Value,
            async (id, stopping) =>
            {
                foreach (string image in await OwnImagesAsync(id, stopping))
                    images[image] = true;
            },
            cancellationToken,
            e => e is InvalidDataException);

    private async Task<IEnumerable<string>> OwnImagesAsync(JobId id, CancellationToken cancellationToken)
    {
        try
        {
            return (await jobs.ReadRequestAsync(id, cancellationToken)).Media.Select(media => media.Name);
        }
        catch (JobNotFoundException)
        {
            // Being removed itself.
            return [];
        }
    }
}
