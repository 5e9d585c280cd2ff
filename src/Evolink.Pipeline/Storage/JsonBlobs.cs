using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Evolink.Pipeline.Storage;

/// <summary>Blobs that hold facts: read with their ETag, created if absent, replaced if unchanged. Nothing else writes them.</summary>
internal static class JsonBlobs
{
    private static readonly BlobRequestConditions Absent = new() { IfNoneMatch = ETag.All };

    extension(BlobContainerClient container)
    {
        /// <summary>What a blob holds, or null where there is none.</summary>
        /// <exception cref="InvalidDataException">It holds something else.</exception>
        public async Task<(T Value, ETag ETag)?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        {
            try
            {
                BlobDownloadResult blob = await container.GetBlobClient(path).DownloadContentAsync(cancellationToken);
                T value = JsonSerializer.Deserialize(blob.Content.ToMemory().Span, type)
                    ?? throw new InvalidDataException($"The blob {container.Name}/{path} holds null where a {typeof(T).Name} belongs.");
                return (value, blob.Details.ETag);
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                return null;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"The blob {container.Name}/{path} is not a {typeof(T).Name}: it was written by something else, or by a newer version.", e);
            }
        }

        /// <summary>Writes a blob unless there is one.</summary>
        /// <returns>Whether this call wrote it.</returns>
        public Task<bool> TryCreateAsync(string path, BinaryData content, CancellationToken cancellationToken) =>
            container.TryCreateAsync(path, content, metadata: null, cancellationToken);

        /// <inheritdoc cref="TryCreateAsync(BlobContainerClient, string, BinaryData, CancellationToken)"/>
        public async Task<bool> TryCreateAsync(string path, BinaryData content, IDictionary<string, string>? metadata, CancellationToken cancellationToken)
        {
            try
            {
                await container.GetBlobClient(path).UploadAsync(content, new BlobUploadOptions { Conditions = Absent, Metadata = metadata }, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.ErrorCode == BlobErrorCode.ConditionNotMet)
            {
                return false;
            }
        }

        /// <summary>Writes a blob if it is still the one that was read; <paramref name="etag"/> is null where there was none.</summary>
        /// <returns>The new ETag; null where somebody wrote in between.</returns>
        public async Task<ETag?> TryReplaceAsync<T>(string path, T value, ETag? etag, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        {
            try
            {
                BlobRequestConditions unchanged = etag is { } known ? new BlobRequestConditions { IfMatch = known } : Absent;
                BlobContentInfo written = await container.GetBlobClient(path).UploadAsync(
                    Json(value, type), new BlobUploadOptions { Conditions = unchanged }, cancellationToken);
                return written.ETag;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.ErrorCode == BlobErrorCode.ConditionNotMet)
            {
                return null;
            }
        }

        /// <summary>
        /// Changes a blob: reads it, applies <paramref name="transition"/>, writes it if nobody wrote in between, and otherwise starts over
        /// after a pause. The transition runs once per try, so it must be a pure function; returning its argument unchanged writes nothing.
        /// </summary>
        /// <param name="path">Its name.</param>
        /// <param name="absent">What is changed where there is no blob; null: nothing is, then.</param>
        /// <param name="transition">The change.</param>
        /// <param name="type">How it is written.</param>
        /// <param name="cancellationToken">Stops.</param>
        /// <returns>What became of it; null where there is no blob.</returns>
        /// <exception cref="BlobContentionException">Others came first, every time.</exception>
        public async Task<BlobUpdate<T>?> UpdateAsync<T>(
            string path, T? absent, Func<T, T> transition, JsonTypeInfo<T> type, CancellationToken cancellationToken)
            where T : class
        {
            for (int tries = 1; ; tries++)
            {
                (T Value, ETag ETag)? found = await container.FindAsync(path, type, cancellationToken);
                if ((found?.Value ?? absent) is not { } before)
                    return null;
                T after = transition(before);
                if (ReferenceEquals(after, before))
                    return new BlobUpdate<T>(before, before, found?.ETag);
                if (await container.TryReplaceAsync(path, after, found?.ETag, type, cancellationToken) is { } written)
                    return new BlobUpdate<T>(before, after, written);
                await BlobContention.PauseAsync($"{container.Name}/{path}", tries, cancellationToken);
            }
        }
    }

    extension(BlobBaseClient blob)
    {
        /// <summary>Deletes a blob unless it has changed since it was seen.</summary>
        /// <param name="seen">Its version then; null: whatever is there.</param>
        /// <param name="cancellationToken">Stops.</param>
        /// <returns>Whether it is gone.</returns>
        public async Task<bool> TryDeleteAsync(ETag? seen, CancellationToken cancellationToken)
        {
            try
            {
                await blob.DeleteIfExistsAsync(conditions: new BlobRequestConditions { IfMatch = seen }, cancellationToken: cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.PreconditionFailed)
            {
                return false;
            }
        }
    }

    /// <summary>A value as it is stored.</summary>
    public static BinaryData Json<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));
}
