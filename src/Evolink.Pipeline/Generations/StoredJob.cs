using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>What is stored under a job's id; one of the two is there.</summary>
/// <param name="Record">The job's record.</param>
/// <param name="Tombstone">What is left of a job that was deleted.</param>
/// <param name="Version">The blob's version.</param>
public sealed record StoredJob(JobRecord? Record, JobTombstone? Tombstone, ETag Version)
{
    /// <summary>Reads what is stored under a job's id; null where nothing is.</summary>
    /// <param name="container">Where it is stored.</param>
    /// <param name="path">Name of the blob.</param>
    /// <param name="anySchema">Whether a record of a newer layout is read too: only to note in it what was paid.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="InvalidDataException">It is neither, or of a newer layout.</exception>
    internal static async Task<StoredJob?> FindAsync(BlobContainerClient container, string path, bool anySchema, CancellationToken cancellationToken)
    {
        BlobDownloadResult blob;
        try
        {
            blob = await container.GetBlobClient(path).DownloadContentAsync(cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }

        return Parse(path, blob, anySchema);
    }

    private static StoredJob Parse(string path, BlobDownloadResult blob, bool anySchema)
    {
        try
        {
            // Of a newer layout nothing but this is known to mean what it meant.
            RecordHead head = Read(blob, PipelineJsonContext.Default.RecordHead);
            if (head.Hub is null)
                return new StoredJob(null, Read(blob, PipelineJsonContext.Default.JobTombstone), blob.Details.ETag);
            if (head.Schema > JobRecord.CurrentSchema && !anySchema)
                throw new InvalidDataException($"The blob {path} has the layout {head.Schema}, of a newer version of this app, which this one cannot read.");
            JobRecord record = Read(blob, PipelineJsonContext.Default.JobRecord) with { Version = blob.Details.ETag };
            return new StoredJob(record, null, blob.Details.ETag);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The blob {path} is no job's record: it is damaged, or was written by something else.", e);
        }
    }

    private static T Read<T>(BlobDownloadResult blob, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(blob.Content.ToMemory().Span, type) ?? throw new JsonException("null");
}

/// <summary>The fields of a job's or a batch's record that every layout has.</summary>
/// <param name="Schema">Number of the layout.</param>
/// <param name="Client">Who owns the job, or the batch.</param>
/// <param name="Hub">Task hub of the job; absent in a tombstone.</param>
public sealed record RecordHead(int Schema, string? Client, string? Hub);
