using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Evolink.Client;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Images;

/// <summary>Streams one file into a blob, a block at a time, and looks at its bytes as they pass. Memory: one block.</summary>
internal sealed class FileIntake(BlockBlobClient blob) : IAsyncDisposable
{
    private const int BlockBytes = 4 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> _blocks = [];
    private long _length;

    /// <summary>Reads a file to its end, or until it is clear that it is none that is taken.</summary>
    public async Task<(FileKind? Kind, string? Problem)> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        byte[] block = new byte[BlockBytes];
        FileKind? kind = null;
        ContainerWalk? video = null;
        while (await content.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var read)
        {
            ReadOnlyMemory<byte> bytes = block.AsMemory(0, read);
            if (_length == 0)
            {
                kind = FileKind.Sniff(bytes.Span);
                if (kind is null)
                    return (null, Unknown(bytes.Span));
                video = kind.Media == MediaKind.Video ? ContainerWalk.Of(VideoType.Mp4) : null;
            }

            _length += read;
            if (_length > kind!.MaxBytes)
                return (null, $"The {kind.Name} file has more than {kind.MaxBytes:N0} bytes, which is the most that is allowed.");
            if (kind.Media == MediaKind.Image)
                return await ReadImageAsync(bytes, content, kind, cancellationToken);
            video?.Append(bytes.Span);
            await StageAsync(bytes, cancellationToken);
        }

        return (kind, video?.Missing) switch
        {
            (null, _) => (null, "The file is empty."),
            (_, { } missing) => (null, $"The {kind!.Name} file is not complete: it {missing}."),
            _ => (kind, null),
        };
    }

    /// <summary>Makes what was read a blob, and tells the name that its bytes give it.</summary>
    public async Task<string> CommitAsync(FileKind kind, CancellationToken cancellationToken)
    {
        await blob.CommitBlockListAsync(
            _blocks, new CommitBlockListOptions { HttpHeaders = new BlobHttpHeaders { ContentType = kind.ContentType } }, cancellationToken);
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    /// <summary>Copies it, within storage, to where it is to stay.</summary>
    /// <returns>Whether it was not there yet.</returns>
    public async Task<bool> TryCopyToAsync(BlobClient target, CancellationToken cancellationToken)
    {
        try
        {
            await target.CopyFromAsync(blob.Uri, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
    }

    /// <summary>Takes the blob away again, whatever became of the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        try
        {
            await blob.DeleteIfExistsAsync();
        }
        catch (RequestFailedException)
        {
            // Its age removes it.
        }
    }

    // The rules for images need the whole of one, which is not much.
    private async Task<(FileKind? Kind, string? Problem)> ReadImageAsync(
        ReadOnlyMemory<byte> first, Stream content, FileKind kind, CancellationToken cancellationToken)
    {
        using MemoryStream image = new();
        image.Write(first.Span);
        byte[] block = new byte[BlockBytes];
        while (await content.ReadAsync(block, cancellationToken) is > 0 and var read)
        {
            image.Write(block, 0, read);
            if (image.Length > kind.MaxBytes)
                break;
        }

        byte[] bytes = image.ToArray();
        if (ImageCheck.Check(bytes) is { Kind: null } refused)
            return (null, refused.Problem);
        await StageAsync(bytes, cancellationToken);
        return (kind, null);
    }

    private async Task StageAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hash.AppendData(bytes.Span);
        _blocks.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes($"{_blocks.Count:D6}")));
        using MemoryStream stream = new(bytes.ToArray(), writable: false);
        await blob.StageBlockAsync(_blocks[^1], stream, cancellationToken: cancellationToken);
    }

    private static string Unknown(ReadOnlySpan<byte> head)
    {
        string what = UnexpectedContent.Recognize(head[..Math.Min(head.Length, UnexpectedContent.HeadLength)]) is { } other ? $"; it is {other.Name}" : "";
        return $"The file is no image (jpeg, png, bmp, webp), no audio (mp3, wav) and no video (mp4, mov), whatever its name or content type says{what}.";
    }
}
