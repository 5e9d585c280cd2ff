using System.Globalization;
using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Videos;

/// <summary>Finished videos: container <c>videos</c>.</summary>
public sealed class VideoStore(EvolinkStorage storage)
{
    // Metadata of a video.
    internal const string JobKey = "job";
    internal const string TaskKey = "task";
    internal const string HashKey = "sha256";
    internal const string CreatedKey = "created";
    internal const string SourceNameKey = "source_name";
    internal const string NumberKey = "result";
    internal const string CountKey = "results";

    /// <summary>Name of the video of an attempt: <c>{id}.mp4</c>, with the attempt from the second on.</summary>
    public static string BlobName(JobId id, int attempt) => $"{Stem(id, attempt)}.mp4";

    /// <summary>What the names of all results of an attempt begin with.</summary>
    internal static string Stem(JobId id, int attempt) =>
        attempt == 1 ? id.Value : string.Create(CultureInfo.InvariantCulture, $"{id}-a{attempt}");

    /// <summary>The results of an attempt that are in storage already; null where none is.</summary>
    public async Task<SavedResults?> FindAsync(JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        // Mostly there is one, and no list to be read.
        if (await FindAsync(BlobName(job.Id, attempt.Number), attempt, cancellationToken) is { Count: 1 } only)
            return new SavedResults([only.File], 1);
        List<FoundResult> found = await ListAsync(job, attempt, cancellationToken);
        return found.Count == 0 ? null : new SavedResults([.. found.Select(result => result.File)], found.Max(result => result.Count));
    }

    /// <summary>The results of an attempt that are in storage, by their places.</summary>
    internal async Task<SortedDictionary<int, SavedVideo>> FindNumberedAsync(JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        SortedDictionary<int, SavedVideo> found = [];
        foreach (FoundResult result in await ListAsync(job, attempt, cancellationToken))
            found[result.Number] = result.File;
        return found;
    }

    /// <summary>A blob that holds a result of an attempt; null where there is none, or it is another's.</summary>
    internal async Task<FoundResult?> FindAsync(string name, Attempt attempt, CancellationToken cancellationToken)
    {
        BlobClient blob = storage.Videos.GetBlobClient(name);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            return FoundResult.Of(
                attempt, name, properties.ContentLength, properties.ContentType, properties.CreatedOn, properties.Metadata);
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<List<FoundResult>> ListAsync(JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        List<FoundResult> found = [];
        string stem = Stem(job.Id, attempt.Number);
        await foreach (BlobItem blob in storage.Videos.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, stem, cancellationToken))
        {
            if (FoundResult.Of(attempt, blob.Name, blob.Properties.ContentLength, blob.Properties.ContentType, blob.Properties.CreatedOn, blob.Metadata) is { } result)
                found.Add(result);
        }

        return [.. found.OrderBy(result => result.Number)];
    }

    /// <summary>Removes every video of a job, also what is staged of one.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RemoveAsync(JobRecord job, CancellationToken cancellationToken)
    {
        int removed = 0;
        foreach (string name in job.Attempts.Select(attempt => BlobName(job.Id, attempt.Number)).Append(BlobName(job.Id, 1)).Distinct(StringComparer.Ordinal))
        {
            if (await storage.Videos.GetBlobClient(name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken))
                removed++;
        }

        await foreach (BlobItem further in storage.Videos.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{job.Id}-", cancellationToken))
        {
            if (await storage.Videos.GetBlobClient(further.Name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken))
                removed++;
        }

        return removed;
    }

    /// <summary>Opens a video for reading from any position.</summary>
    public Task<Stream> OpenAsync(SavedVideo video, CancellationToken cancellationToken) =>
        storage.Videos.GetBlobClient(video.Blob).OpenReadAsync(cancellationToken: cancellationToken);
}
