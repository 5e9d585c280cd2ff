using System.Globalization;
using System.Net;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// The blob that a video is copied into: absent until it is committed whole. Blocks are named after what they hold (<see cref="BlockName"/>), so that
/// those of an earlier, or a simultaneous, copy of the same bytes are as good as one's own.
/// </summary>
internal sealed class VideoBlob(BlockBlobClient blob, JobRecord job, Attempt attempt)
{
    private const int LongestTag = 256;
    private const int MostOfTheClients = 6 << 10;

    private HashSet<(string Name, long Size)> _staged = [];

    public string Name => blob.Name;

    /// <summary>Looks up what an earlier copy has staged.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlockList list = await blob.GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: cancellationToken);
            _staged = [.. list.UncommittedBlocks.Select(block => (block.Name, block.SizeLong))];
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            _staged = [];
        }
    }

    /// <summary>Sends a block, unless storage has it.</summary>
    public async Task StageAsync(string name, ArraySegment<byte> content, ulong crc, CancellationToken cancellationToken)
    {
        if (_staged.Contains((name, content.Count)))
            return;
        using MemoryStream stream = Read(content);
        await blob.StageBlockAsync(name, stream, new BlockBlobStageBlockOptions { TransferValidation = Checked(crc) }, cancellationToken);
    }

    /// <summary>Makes a small video visible, in one request.</summary>
    public Task PutAsync(ArraySegment<byte> content, ulong crc, string contentType, string sha256, CancellationToken cancellationToken)
    {
        return WithTagsAsync(async tags =>
        {
            using MemoryStream stream = Read(content);
            await blob.UploadAsync(
                stream,
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                    Metadata = Metadata(sha256),
                    Tags = tags,
                    Conditions = IfAbsent(),
                    TransferValidation = Checked(crc),
                    // One request whatever the size: the SDK stages blocks of what is not smaller than this.
                    TransferOptions = new StorageTransferOptions { InitialTransferSize = content.Count + 1L },
                },
                cancellationToken);
        });
    }

    /// <summary>Makes the staged blocks visible, as the whole video.</summary>
    public Task CommitAsync(IReadOnlyList<string> blocks, string contentType, string sha256, CancellationToken cancellationToken) => WithTagsAsync(tags =>
        blob.CommitBlockListAsync(
            blocks,
            new CommitBlockListOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                Metadata = Metadata(sha256),
                Tags = tags,
                Conditions = IfAbsent(),
            },
            cancellationToken));

    // An identity without the right to write tags, or an account without tags, must not cost a video.
    private async Task WithTagsAsync(Func<Dictionary<string, string>?, Task> write)
    {
        try
        {
            await write(Tags());
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.Forbidden || e.ErrorCode == BlobErrorCode.FeatureVersionMismatch || e.ErrorCode == "FeatureNotSupportedForAccount")
        {
            await write(null);
        }
    }

    private static MemoryStream Read(ArraySegment<byte> content) => new(content.Array!, content.Offset, content.Count, writable: false);

    private static BlobRequestConditions IfAbsent() => new() { IfNoneMatch = ETag.All };

    private static UploadTransferValidationOptions Checked(ulong crc) =>
        new() { ChecksumAlgorithm = StorageChecksumAlgorithm.StorageCrc64, PrecalculatedChecksum = Crc64.Finish(crc) };

    private Dictionary<string, string> Metadata(string sha256)
    {
        Dictionary<string, string> metadata = new(StringComparer.OrdinalIgnoreCase)
        {
            [VideoStore.JobKey] = job.Id.Value,
            [VideoStore.TaskKey] = attempt.TaskId!,
            [VideoStore.HashKey] = sha256,
            ["model"] = job.Model,
            [VideoStore.CreatedKey] = job.AcceptedAt.ToString("O", CultureInfo.InvariantCulture),
            ["source"] = job.Source,
        };
        (string Name, string? Text)[] more =
        [
            ("reference", job.Reference), (VideoStore.SourceNameKey, job.Origin?.UploadName ?? job.Origin?.MessageId ?? job.Origin?.Batch),
            .. (job.Metadata ?? new Dictionary<string, string>()).Select(pair => ($"meta_{pair.Key}", (string?)pair.Value)),
        ];
        // Storage takes ASCII, names once in whatever case, and 8 KB in all: what does not fit must not cost the video.
        int left = MostOfTheClients;
        foreach ((string name, string? text) in more)
        {
            string escaped = Uri.EscapeDataString(text ?? "");
            if (escaped.Length > 0 && name.Length + escaped.Length <= left && metadata.TryAdd(name, escaped))
                left -= name.Length + escaped.Length;
        }

        return metadata;
    }

    private Dictionary<string, string> Tags()
    {
        Dictionary<string, string> tags = new(StringComparer.Ordinal)
        {
            ["job"] = job.Id.Value,
            ["client"] = Tag(job.Client),
            ["model"] = Tag(job.Model),
            ["created"] = job.AcceptedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
        if (job.Reference is { } reference)
            tags["reference"] = Tag(reference);
        return tags;
    }

    private static string Tag(string value) => string.Concat(value
        .Take(LongestTag)
        .Select(c => char.IsAsciiLetterOrDigit(c) || " +-./:=_".Contains(c, StringComparison.Ordinal) ? c : '_'));
}
