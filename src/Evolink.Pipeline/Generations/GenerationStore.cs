using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Telemetry;

namespace Evolink.Pipeline.Generations;

/// <summary>Job records and what belongs to them, in the container <c>generations</c>.</summary>
/// <remarks>
/// A job exists when its record does. Request and active marker are written before it, so that a crash in between leaves at most
/// a marker that explains itself; the index entry comes after it and is written again by whoever accepts the same job again.
/// </remarks>
public sealed class GenerationStore(EvolinkStorage storage, JobChanges changes, PipelineMetrics metrics)
{
    internal const string RecordPrefix = "records/";
    internal const string RequestPrefix = "requests/";
    private const string ActivePrefix = "active/";

    private static readonly SearchValues<char> PlainInPath =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly BinaryData Empty = new([]);

    private readonly BlobContainerClient _container = storage.Generations;

    /// <summary>Writes a job, or finds the one that is there under its id.</summary>
    /// <returns>The record in storage and whether this call wrote it; no record where the id already stands for another request.</returns>
    public async Task<(JobRecord? Record, bool Created)> CreateAsync(JobRecord record, StoredRequest request, CancellationToken cancellationToken)
    {
        // The stored request is what the id stands for: of two callers with one id, the first decides, also when it died right after.
        bool first = await _container.TryCreateAsync(RequestPath(record.Id), JsonBlobs.Json(request, PipelineJsonContext.Default.StoredRequest), cancellationToken);
        JobRecord? job = first ? null : await FindAsync(record.Id, cancellationToken);
        if (job is null && !first && RequestDigest.Of((await ReadRequestAsync(record.Id, cancellationToken)).Body) != record.RequestDigest)
            return (null, false);

        // What an earlier caller may have left undone is done again. Where there is no record yet, a marker that is there is set anew: a sweep
        // that saw the old one without a record may be about to remove it.
        if (job is null)
            await SetActiveMarkerAsync(record.Id, cancellationToken);
        else if (!job.State.IsTerminal)
            await _container.TryCreateAsync(ActivePath(record.Id), Empty, cancellationToken);
        bool created = job is null && await _container.TryCreateAsync(RecordPath(record.Id), JsonBlobs.Json(record, PipelineJsonContext.Default.JobRecord), cancellationToken);
        if (created)
            metrics.Jobs.Created(record);
        job = created ? record : job ?? await ReadAsync(record.Id, cancellationToken);
        await _container.TryCreateAsync(JobIndex.Path(job.Client, job.AcceptedAt, job.Id), Empty, cancellationToken);
        return (job, created);
    }

    /// <summary>The record of a job, or null where there is none.</summary>
    public async Task<JobRecord?> FindAsync(JobId id, CancellationToken cancellationToken) =>
        await _container.FindAsync(RecordPath(id), PipelineJsonContext.Default.JobRecord, cancellationToken) is { } found
            ? found.Value with { Version = found.ETag }
            : null;

    /// <summary>The record of a job that must be there.</summary>
    /// <exception cref="JobNotFoundException">It is not.</exception>
    public async Task<JobRecord> ReadAsync(JobId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw new JobNotFoundException(id);

    /// <summary>The request of a job.</summary>
    /// <exception cref="JobNotFoundException">There is none.</exception>
    public async Task<StoredRequest> ReadRequestAsync(JobId id, CancellationToken cancellationToken) =>
        await _container.FindAsync(RequestPath(id), PipelineJsonContext.Default.StoredRequest, cancellationToken) is { } found
            ? found.Value
            : throw new JobNotFoundException(id);

    /// <summary>
    /// Changes a record: reads it, applies <paramref name="transition"/>, writes it if nobody wrote in between, and starts over otherwise.
    /// The transition runs once per try, so it must be a pure function; returning its argument unchanged writes nothing.
    /// </summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<JobRecord> UpdateAsync(JobId id, Func<JobRecord, JobRecord> transition, CancellationToken cancellationToken)
    {
        BlobUpdate<JobRecord> update = await _container.UpdateAsync(
            RecordPath(id), absent: null, before => Change(before, transition), PipelineJsonContext.Default.JobRecord, cancellationToken)
            ?? throw new JobNotFoundException(id);
        return update.IsWritten ? Written(update.Before, update.After, update.ETag) : update.After with { Version = update.ETag };
    }

    /// <summary>
    /// Changes a record that was read before, without reading it again: that the write succeeds shows that nobody wrote in between. Otherwise, and where
    /// the transition changes nothing, which what was seen cannot vouch for, as <see cref="UpdateAsync(JobId, Func{JobRecord, JobRecord}, CancellationToken)"/>.
    /// </summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<JobRecord> UpdateAsync(JobRecord seen, Func<JobRecord, JobRecord> transition, CancellationToken cancellationToken)
    {
        if (seen.Version is not null && Change(seen, transition) is var after && !ReferenceEquals(after, seen)
            && await TryWriteAsync(seen, after, cancellationToken) is { } written)
        {
            return written;
        }

        return await UpdateAsync(seen.Id, transition, cancellationToken);
    }

    /// <summary>Sets the marker that says that a job is not over; before the record says so, so that a crash in between leaves no job unseen.</summary>
    public Task SetActiveMarkerAsync(JobId id, CancellationToken cancellationToken) =>
        _container.GetBlobClient(ActivePath(id)).UploadAsync(Empty, overwrite: true, cancellationToken);

    /// <summary>The jobs that have an active marker.</summary>
    public async IAsyncEnumerable<ActiveMarker> ActiveAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem marker in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, ActivePrefix, cancellationToken))
        {
            if (JobId.TryParse(marker.Name[ActivePrefix.Length..], out JobId id) && marker.Properties is { LastModified: { } since, ETag: { } version })
                yield return new ActiveMarker(id, since, version);
        }
    }

    /// <summary>The active marker of a job, or null where it has none.</summary>
    public async Task<ActiveMarker?> FindActiveMarkerAsync(JobId id, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties marker = await _container.GetBlobClient(ActivePath(id)).GetPropertiesAsync(cancellationToken: cancellationToken);
            return new ActiveMarker(id, marker.LastModified, marker.ETag);
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Takes a marker away, unless it was set anew since it was seen.</summary>
    /// <returns>Whether it is gone.</returns>
    public Task<bool> RemoveActiveMarkerAsync(ActiveMarker marker, CancellationToken cancellationToken) =>
        _container.GetBlobClient(ActivePath(marker.Id)).TryDeleteAsync(marker.Version, cancellationToken);

    /// <summary>Makes <paramref name="id"/> the owner of a task of Evolink's, unless another job is.</summary>
    /// <returns>Whether the job owns the task now.</returns>
    public async Task<bool> ClaimTaskAsync(string taskId, JobId id, int attempt, CancellationToken cancellationToken)
    {
        string path = ClaimPath(taskId);
        if (await _container.TryCreateAsync(path, JsonBlobs.Json(new JobClaim(id, attempt), PipelineJsonContext.Default.JobClaim), cancellationToken))
            return true;
        return (await FindClaimAsync(taskId, cancellationToken))?.Job == id;
    }

    /// <summary>Which job owns a task of Evolink's; null where none does.</summary>
    public async Task<JobClaim?> FindClaimAsync(string taskId, CancellationToken cancellationToken) =>
        (await _container.FindAsync(ClaimPath(taskId), PipelineJsonContext.Default.JobClaim, cancellationToken))?.Value;

    /// <summary>
    /// Removes what is kept under a job's id here, the record last: while it is there, whatever died on the way can be done again from it. Its image, video and
    /// orchestrations are others' to remove, before.
    /// </summary>
    /// <param name="job">Its record, marked by <see cref="JobTransitions"/> as being removed.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RemoveAsync(JobRecord job, CancellationToken cancellationToken)
    {
        foreach (string task in job.Attempts.Select(attempt => attempt.TaskId).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if ((await FindClaimAsync(task, cancellationToken))?.Job == job.Id)
                await RemoveBlobAsync(ClaimPath(task));
        }

        await RemoveBlobAsync(JobIndex.Path(job.Client, job.AcceptedAt, job.Id));
        await RemoveBlobAsync(RequestPath(job.Id));
        await RemoveBlobAsync(ActivePath(job.Id));
        await RemoveBlobAsync(RecordPath(job.Id));

        Task RemoveBlobAsync(string path) => _container.GetBlobClient(path).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    /// <summary>The jobs whose records have not changed since <paramref name="before"/>, in no order that matters.</summary>
    public async IAsyncEnumerable<JobId> UnchangedSinceAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem record in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, RecordPrefix, cancellationToken))
        {
            if (record.Properties.LastModified < before && JobId.TryParse(Path.GetFileNameWithoutExtension(record.Name[RecordPrefix.Length..]), out JobId id))
                yield return id;
        }
    }

    private static JobRecord Change(JobRecord before, Func<JobRecord, JobRecord> transition) => before.Schema <= JobRecord.CurrentSchema
        ? transition(before)
        : throw new InvalidDataException($"The record of job {before.Id} was written by a newer version of this app (schema {before.Schema}); this one would lose what it holds.");

    private async Task<JobRecord?> TryWriteAsync(JobRecord before, JobRecord job, CancellationToken cancellationToken)
    {
        ETag? written = await _container.TryReplaceAsync(
            RecordPath(job.Id), job, before.Version, PipelineJsonContext.Default.JobRecord, cancellationToken);
        return written is null ? null : Written(before, job, written);
    }

    private JobRecord Written(JobRecord before, JobRecord job, ETag? version)
    {
        metrics.Jobs.Changed(before, job);
        changes.Signal(job.Id);
        return job with { Version = version };
    }

    private static string RecordPath(JobId id) => $"{RecordPrefix}{id}.json";

    private static string RequestPath(JobId id) => $"{RequestPrefix}{id}.json";

    private static string ActivePath(JobId id) => ActivePrefix + id;

    // A task id is the provider's text: one of an odd form is kept under its hash, so that it cannot shape the path.
    private static string ClaimPath(string taskId) => !taskId.AsSpan().ContainsAnyExcept(PlainInPath)
        ? $"claims/{taskId}"
        : $"claims/sha256-{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(taskId)))}";
}
