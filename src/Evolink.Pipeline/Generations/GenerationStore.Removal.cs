using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

// What removes jobs.
public sealed partial class GenerationStore
{
    /// <summary>
    /// Removes what is kept under a job's id here, the record last: while it is there, whatever died on the way can be done again from it. Its image, video and
    /// orchestrations are others' to remove, before.
    /// </summary>
    /// <param name="job">Its record, marked by <see cref="JobTransitions"/> as being removed.</param>
    /// <param name="tombstone">What takes the record's place, so that nothing brings the job again; null: nothing does.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RemoveAsync(JobRecord job, JobTombstone? tombstone, CancellationToken cancellationToken)
    {
        foreach (string task in job.Attempts.Select(attempt => attempt.TaskId).OfType<string>().Distinct(StringComparer.Ordinal))
            await Claims.FreeAsync(task, job.Id, cancellationToken);
        if (job.CurrentAttempt is { Candidates: not [] } or { Look: not null } or { State: AttemptState.Unknown or AttemptState.Intent })
            await Lost.RemoveAsync(job.Id, cancellationToken);
        await RemoveBlobAsync(JobIndex.Path(job.Client, job.AcceptedAt, job.Id), cancellationToken);
        await RemoveBesideTombstoneAsync(job.Id, cancellationToken);
        if (tombstone is null)
            await RemoveBlobAsync(RecordPath(job.Id), cancellationToken);
        else
            await ReplaceAsync(tombstone, cancellationToken);
    }

    /// <summary>Removes the request and the marker that a late delivery has written beside a tombstone.</summary>
    public async Task RemoveBesideTombstoneAsync(JobId id, CancellationToken cancellationToken)
    {
        await RemoveBlobAsync(RequestPath(id), cancellationToken);
        if (await Markers.FindAsync(id, cancellationToken) is { } marker)
            await Markers.RemoveAsync(marker, cancellationToken);
    }

    /// <summary>Removes a tombstone.</summary>
    public Task RemoveTombstoneAsync(StoredJob removed, CancellationToken cancellationToken) =>
        removed.Tombstone is { } tombstone
            ? _container.GetBlobClient(RecordPath(tombstone.Id)).TryDeleteAsync(removed.Version, cancellationToken)
            : Task.CompletedTask;

    /// <summary>
    /// Removes a request that never became a job, because whoever sent it died or gave up first. Should it be sent again at this very moment, it is
    /// put back.
    /// </summary>
    /// <param name="id">The job that it would have been.</param>
    /// <param name="olderThan">One that came later may become a job yet.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Whether there was one, and it is gone.</returns>
    public async Task<bool> RemoveOrphanRequestAsync(JobId id, DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        BlobClient blob = _container.GetBlobClient(RequestPath(id));
        BlobDownloadResult request;
        try
        {
            request = await blob.DownloadContentAsync(cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return false;
        }

        if (request.Details.LastModified >= olderThan || (await LookAsync(id, cancellationToken))?.Record is not null
            || !await blob.TryDeleteAsync(request.Details.ETag, cancellationToken))
        {
            return false;
        }

        if ((await LookAsync(id, cancellationToken))?.Record is null)
            return true;
        await _container.TryCreateAsync(RequestPath(id), request.Content, cancellationToken);
        return false;
    }

    /// <summary>What is stored under job ids, and has not changed since <paramref name="before"/>: records and tombstones, in no order that matters.</summary>
    public async IAsyncEnumerable<(JobId Id, DateTimeOffset ChangedAt)> UnchangedSinceAsync(
        DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem record in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, RecordPrefix, cancellationToken))
        {
            if (record.Properties.LastModified is { } changed && changed < before
                && JobId.TryParse(Path.GetFileNameWithoutExtension(record.Name[RecordPrefix.Length..]), out JobId id))
            {
                yield return (id, changed);
            }
        }
    }

    private async Task ReplaceAsync(JobTombstone tombstone, CancellationToken cancellationToken)
    {
        string path = RecordPath(tombstone.Id);
        while (await LookAsync(tombstone.Id, cancellationToken) is { Record: not null } there)
        {
            if (await _container.TryReplaceAsync(path, tombstone, there.Version, PipelineJsonContext.Default.JobTombstone, cancellationToken) is not null)
                return;
        }
    }

    private Task<Response<bool>> RemoveBlobAsync(string path, CancellationToken cancellationToken) =>
        _container.GetBlobClient(path).DeleteIfExistsAsync(cancellationToken: cancellationToken);
}
