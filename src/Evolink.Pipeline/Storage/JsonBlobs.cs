using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

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
    }

    /// <summary>A value as it is stored.</summary>
    public static BinaryData Json<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));
}
