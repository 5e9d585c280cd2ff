using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Client;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Batches;

/// <summary>Batch records and what belongs to them, in the container <c>generations</c>.</summary>
/// <remarks>
/// As with a job: the requests are what the id stands for and are written first, then the marker of what is not over, then the record, which
/// makes the batch. Whoever posts the same batch again does again what a crash left undone.
/// </remarks>
public sealed class BatchStore(EvolinkStorage storage)
{
    private const string ActivePrefix = "active-batches/";
    private const string RecordPrefix = "batches/";
    private const string IndexFolder = "batch-index";
    private const string DigestKey = "digest";
    private readonly BlobContainerClient _container = storage.Generations;
    private readonly ClientIndex _index = new(storage.Generations, IndexFolder);

    /// <summary>Writes a batch, or finds the one that is there under its id.</summary>
    /// <returns>The record in storage and whether this call wrote it; no record where the id already stands for another list.</returns>
    public async Task<(BatchRecord? Record, bool Created)> CreateAsync(BatchRecord record, BinaryData requests, CancellationToken cancellationToken)
    {
        Dictionary<string, string> digest = new(StringComparer.Ordinal) { [DigestKey] = record.Digest };
        if (!await _container.TryCreateAsync(RequestsPath(record.Id), requests, digest, cancellationToken))
        {
            BlobProperties found = await _container.GetBlobClient(RequestsPath(record.Id)).GetPropertiesAsync(cancellationToken: cancellationToken);
            if (found.Metadata[DigestKey] != record.Digest)
                return (null, false);
        }

        if (await FindAsync(record.Id, cancellationToken) is { } batch)
            return (await WithIndexAsync(batch, cancellationToken), false);
        // Also over one that is there: a sweep that saw it without a record may be about to remove it.
        await _container.GetBlobClient(ActivePath(record.Id)).UploadAsync(BinaryData.Empty, overwrite: true, cancellationToken);
        bool created = await _container.TryCreateAsync(RecordPath(record.Id), JsonBlobs.Json(record, PipelineJsonContext.Default.BatchRecord), cancellationToken);
        return (await WithIndexAsync(created ? record : await ReadAsync(record.Id, cancellationToken), cancellationToken), created);
    }

    /// <summary>The batches of a client, newest first; those whose records this version cannot read are left out.</summary>
    /// <param name="client">Its name.</param>
    /// <param name="after">Begins behind this one; null: with the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The batches, and where the next page begins; null on the last one.</returns>
    /// <exception cref="FormatException">Storage does not know the place that <paramref name="after"/> names.</exception>
    public async Task<(IReadOnlyList<BatchRecord> Batches, IndexCursor? Next)> ListAsync(
        string client, IndexCursor? after, int limit, CancellationToken cancellationToken)
    {
        List<BatchRecord> batches = [];
        IndexCursor? last = after;
        await foreach (IndexEntry entry in _index.ListAsync(client, after, limit + 1, cancellationToken))
        {
            if (BatchId.TryParse(entry.Id, out BatchId id) && await FindReadableAsync(id, cancellationToken) is { } batch)
            {
                if (batches.Count == limit)
                    return (batches, last);
                batches.Add(batch);
            }

            last = entry.Cursor;
        }

        return (batches, null);
    }

    /// <summary>The record of a batch, or null where there is none.</summary>
    /// <exception cref="InvalidDataException">This version cannot read it.</exception>
    public async Task<BatchRecord?> FindAsync(BatchId id, CancellationToken cancellationToken) =>
        (await _container.FindAsync(RecordPath(id), PipelineJsonContext.Default.BatchRecord, cancellationToken))?.Value is { } batch ? Readable(batch) : null;

    /// <summary>Who owns a batch, also one whose record this version cannot read; null where there is none.</summary>
    public async Task<string?> FindClientAsync(BatchId id, CancellationToken cancellationToken) =>
        (await _container.FindAsync(RecordPath(id), PipelineJsonContext.Default.RecordHead, cancellationToken))?.Value.Client;

    /// <summary>The record of a batch that must be there.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public async Task<BatchRecord> ReadAsync(BatchId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw NotFound(id);

    /// <summary>Changes a record, as <see cref="Generations.GenerationStore.UpdateAsync(Generations.JobId, Func{Generations.JobRecord, Generations.JobRecord}, CancellationToken)"/> does.</summary>
    public async Task<BatchRecord> UpdateAsync(BatchId id, Func<BatchRecord, BatchRecord> transition, CancellationToken cancellationToken)
    {
        BlobUpdate<BatchRecord>? update = await _container.UpdateAsync(
            RecordPath(id), absent: null, Change, PipelineJsonContext.Default.BatchRecord, cancellationToken);
        return update?.After ?? throw NotFound(id);

        BatchRecord Change(BatchRecord before) => transition(Readable(before));
    }

    private static BatchRecord Readable(BatchRecord batch) => batch.Schema <= BatchRecord.CurrentSchema
        ? batch
        : throw new InvalidDataException($"The record of batch {batch.Id} has the layout {batch.Schema}, of a newer version of this app, which this one cannot read.");

    /// <summary>Overwrites the request of one item with blanks: its job is deleted, and the prompt must not stay here.</summary>
    /// <returns>Whether there was anything to overwrite.</returns>
    public async Task<bool> BlankRequestAsync(BatchRecord batch, int index, CancellationToken cancellationToken)
    {
        BlobClient blob = _container.GetBlobClient(RequestsPath(batch.Id));
        int offset = batch.RequestLengths.Take(index).Sum();
        for (int tries = 1; ; tries++)
        {
            try
            {
                BlobDownloadResult found = await blob.DownloadContentAsync(cancellationToken);
                byte[] requests = found.Content.ToArray();
                Span<byte> request = requests.AsSpan(offset, batch.RequestLengths[index]);
                if (!request.ContainsAnyExcept((byte)' '))
                    return false;
                request.Fill((byte)' ');
                BlobUploadOptions unchanged = new()
                {
                    Metadata = found.Details.Metadata,
                    Conditions = new BlobRequestConditions { IfMatch = found.Details.ETag },
                };
                await blob.UploadAsync(new BinaryData(requests), unchanged, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                return false;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ConditionNotMet)
            {
                // Another item was blanked at the same time.
                await BlobContention.PauseAsync(RequestsPath(batch.Id), tries, cancellationToken);
            }
        }
    }

    /// <summary>The request of one item, read alone.</summary>
    public async Task<VideoGenerationRequest> ReadRequestAsync(BatchRecord batch, int index, CancellationToken cancellationToken)
    {
        long offset = batch.RequestLengths.Take(index).Sum(length => (long)length);
        BlobDownloadOptions part = new() { Range = new HttpRange(offset, batch.RequestLengths[index]) };
        BlobDownloadResult blob = await _container.GetBlobClient(RequestsPath(batch.Id)).DownloadContentAsync(part, cancellationToken);
        return JsonSerializer.Deserialize(blob.Content.ToMemory().Span, EvolinkJsonContext.Default.VideoGenerationRequest)
            ?? throw new InvalidDataException($"Item {index} of batch {batch.Id} holds null where a request belongs.");
    }

    /// <summary>The batches that have an active marker, each with the time at which the marker was set, and its version.</summary>
    public async IAsyncEnumerable<(BatchId Id, DateTimeOffset Since, ETag Version)> ActiveAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem marker in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, ActivePrefix, cancellationToken))
        {
            if (BatchId.TryParse(marker.Name[ActivePrefix.Length..], out BatchId id))
                yield return (id, marker.Properties.LastModified ?? DateTimeOffset.MinValue, marker.Properties.ETag ?? ETag.All);
        }
    }

    /// <summary>Takes away the marker that says that a batch is not over.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="version">The marker that was seen, so that one that was set anew since then stays; null: any.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Whether it is gone; not where somebody posted the batch again.</returns>
    public Task<bool> RemoveActiveMarkerAsync(BatchId id, ETag? version, CancellationToken cancellationToken) =>
        _container.GetBlobClient(ActivePath(id)).TryDeleteAsync(version, cancellationToken);

    /// <summary>The batches whose records have not changed since <paramref name="before"/>.</summary>
    public async IAsyncEnumerable<BatchId> UnchangedSinceAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem record in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, RecordPrefix, cancellationToken))
        {
            if (record.Properties.LastModified < before && record.Name.EndsWith(".json", StringComparison.Ordinal)
                && BatchId.TryParse(record.Name[RecordPrefix.Length..^".json".Length], out BatchId id))
            {
                yield return id;
            }
        }
    }

    /// <summary>Removes a batch that is over, its record last.</summary>
    public async Task RemoveAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        foreach (string path in new[] { RequestsPath(batch.Id), IndexPath(batch), RecordPath(batch.Id) })
            await _container.GetBlobClient(path).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    // After the record, by the time that stands in it: whoever posts the batch again writes the same entry.
    private async Task<BatchRecord> WithIndexAsync(BatchRecord batch, CancellationToken cancellationToken)
    {
        await _container.TryCreateAsync(IndexPath(batch), BinaryData.Empty, cancellationToken);
        return batch;
    }

    private async Task<BatchRecord?> FindReadableAsync(BatchId id, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(id, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static InvalidOperationException NotFound(BatchId id) => new($"There is no batch {id}.");

    private static string IndexPath(BatchRecord batch) => ClientIndex.Path(IndexFolder, batch.Client, batch.AcceptedAt, batch.Id.Value);

    private static string RecordPath(BatchId id) => $"{RecordPrefix}{id}.json";

    private static string RequestsPath(BatchId id) => $"{RecordPrefix}{id}.requests.jsonl";

    private static string ActivePath(BatchId id) => ActivePrefix + id;
}
