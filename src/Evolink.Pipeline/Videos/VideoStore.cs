using System.Buffers;
using System.Globalization;
using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Finished videos: container <c>videos</c>. A blob appears whole or not at all, once, and is never overwritten; who comes second
/// finds the first one's.
/// </summary>
public sealed class VideoStore(EvolinkStorage storage, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    private const int BuffersPerCopy = 2;

    private readonly int _blockSize = options.Value.CopyBlockBytes;
    private readonly SemaphoreSlim _budget = new((int)Math.Max(1, options.Value.SaveMemoryBudgetBytes / (options.Value.CopyBlockBytes * (long)BuffersPerCopy)));

    /// <summary>Name of the video of an attempt: <c>{id}.mp4</c>, with the attempt from the second on.</summary>
    public static string BlobName(JobId id, int attempt) =>
        attempt == 1 ? $"{id}.mp4" : string.Create(CultureInfo.InvariantCulture, $"{id}-a{attempt}.mp4");

    /// <summary>Copies a download into storage, in bounded memory.</summary>
    /// <exception cref="VideoDownloadException">The download failed; nothing is visible in storage.</exception>
    public async Task<SavedVideo> SaveAsync(VideoDownload video, JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        BlockBlobClient blob = storage.Videos.GetBlockBlobClient(BlobName(job.Id, attempt.Number));
        await _budget.WaitAsync(cancellationToken);
        byte[] first = ArrayPool<byte>.Shared.Rent(_blockSize);
        byte[] second = ArrayPool<byte>.Shared.Rent(_blockSize);
        try
        {
            int length = await video.FillAsync(first.AsMemory(0, _blockSize), cancellationToken);
            if (length < _blockSize)
                await PutAsync(blob, new MemoryStream(first, 0, length, writable: false), Describe(video, job, attempt), cancellationToken);
            else
                await StageAllAsync(blob, video, first, second, job, attempt, cancellationToken);
            return new SavedVideo(blob.Name, video.Length, video.Sha256(), video.ContentType, time.GetUtcNow());
        }
        catch (RequestFailedException e) when (IsAnotherFirst(e))
        {
            return await FindAsync(job, attempt, cancellationToken)
                ?? throw new InvalidOperationException($"The blob videos/{blob.Name} is there, but it is not the video of job {job.Id}, attempt {attempt.Number}.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
            ArrayPool<byte>.Shared.Return(second);
            _budget.Release();
        }
    }

    /// <summary>The video of an attempt that is in storage already, or null.</summary>
    public async Task<SavedVideo?> FindAsync(JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        BlobClient blob = storage.Videos.GetBlobClient(BlobName(job.Id, attempt.Number));
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            return properties.Metadata.TryGetValue("task", out string? task) && task == attempt.TaskId && properties.Metadata.TryGetValue("sha256", out string? sha256)
                ? new SavedVideo(blob.Name, properties.ContentLength, sha256, properties.ContentType, properties.CreatedOn)
                : null;
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Opens a video for reading from any position.</summary>
    public Task<Stream> OpenAsync(SavedVideo video, CancellationToken cancellationToken) =>
        storage.Videos.GetBlobClient(video.Blob).OpenReadAsync(cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _budget.Dispose();

    private async Task StageAllAsync(
        BlockBlobClient blob, VideoDownload video, byte[] full, byte[] empty, JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        // Every execution has its own block names: two of them at once cannot mix their blocks.
        Guid execution = Guid.NewGuid();
        List<string> blocks = [];
        int length = _blockSize;
        while (length > 0)
        {
            blocks.Add(BlockId(execution, blocks.Count));
            // One block goes to storage while the next one comes in.
            Task stage = StageAsync(blob, blocks[^1], full, length, cancellationToken);
            try
            {
                length = length == _blockSize ? await video.FillAsync(empty.AsMemory(0, _blockSize), cancellationToken) : 0;
            }
            finally
            {
                await stage;
            }

            (full, empty) = (empty, full);
        }

        await blob.CommitBlockListAsync(blocks, CommitOptions(Describe(video, job, attempt)), cancellationToken);
    }

    private static async Task StageAsync(BlockBlobClient blob, string id, byte[] buffer, int length, CancellationToken cancellationToken)
    {
        using MemoryStream content = new(buffer, 0, length, writable: false);
        await blob.StageBlockAsync(id, content, cancellationToken: cancellationToken);
    }

    private static async Task PutAsync(BlockBlobClient blob, MemoryStream content, BlobDescription description, CancellationToken cancellationToken)
    {
        await using (content)
        {
            await blob.UploadAsync(
                content,
                new BlobUploadOptions { HttpHeaders = description.Headers, Metadata = description.Metadata, Conditions = IfAbsent() },
                cancellationToken);
        }
    }

    private static CommitBlockListOptions CommitOptions(BlobDescription description) =>
        new() { HttpHeaders = description.Headers, Metadata = description.Metadata, Conditions = IfAbsent() };

    private static BlobRequestConditions IfAbsent() => new() { IfNoneMatch = ETag.All };

    private static BlobDescription Describe(VideoDownload video, JobRecord job, Attempt attempt) => new(
        new BlobHttpHeaders { ContentType = video.ContentType },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["job"] = job.Id.Value,
            ["task"] = attempt.TaskId!,
            ["sha256"] = video.Sha256(),
            ["model"] = job.Model,
            ["accepted"] = job.AcceptedAt.ToString("O", CultureInfo.InvariantCulture),
        });

    private static string BlockId(Guid execution, int index)
    {
        Span<byte> id = stackalloc byte[20];
        execution.TryWriteBytes(id);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(id[16..], index);
        return Convert.ToBase64String(id);
    }

    // The other one's commit threw away our staged blocks, or came just before ours.
    private static bool IsAnotherFirst(RequestFailedException e) =>
        e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.ErrorCode == BlobErrorCode.ConditionNotMet || e.ErrorCode == BlobErrorCode.InvalidBlockList;

    private sealed record BlobDescription(BlobHttpHeaders Headers, Dictionary<string, string> Metadata);
}
