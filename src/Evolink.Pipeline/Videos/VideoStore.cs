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

    /// <summary>Name of the video of an attempt: <c>{id}.mp4</c>, with the attempt from the second on.</summary>
    public static string BlobName(JobId id, int attempt) =>
        attempt == 1 ? $"{id}.mp4" : string.Create(CultureInfo.InvariantCulture, $"{id}-a{attempt}.mp4");

    /// <summary>The video of an attempt that is in storage already, or null.</summary>
    public async Task<SavedVideo?> FindAsync(JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        BlobClient blob = storage.Videos.GetBlobClient(BlobName(job.Id, attempt.Number));
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            return properties.Metadata.TryGetValue(TaskKey, out string? task) && task == attempt.TaskId && properties.Metadata.TryGetValue(HashKey, out string? sha256)
                ? new SavedVideo(blob.Name, properties.ContentLength, sha256, properties.ContentType, properties.CreatedOn)
                : null;
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
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

        return removed;
    }

    /// <summary>Opens a video for reading from any position.</summary>
    public Task<Stream> OpenAsync(SavedVideo video, CancellationToken cancellationToken) =>
        storage.Videos.GetBlobClient(video.Blob).OpenReadAsync(cancellationToken: cancellationToken);
}
