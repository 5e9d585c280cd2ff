using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Uploads;

/// <summary>The container <c>uploads</c>, and one upload's bytes, wherever it lies.</summary>
public sealed class UploadInbox(EvolinkStorage storage)
{
    // Data Lake and mounted file systems keep folders as empty blobs with this mark.
    private const string FolderMark = "hdi_isfolder";

    private readonly BlobContainerClient _container = storage.Uploads;

    /// <summary>The image of that name as it is now; null where there is none.</summary>
    public async Task<Upload?> FindAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = _container.GetBlobClient(name);
        try
        {
            BlobProperties found = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            Dictionary<string, string> metadata = new(found.Metadata, StringComparer.OrdinalIgnoreCase);
            return metadata.ContainsKey(FolderMark)
                ? null
                : new Upload(name, Plain(found.ETag), found.LastModified, found.ContentLength, metadata, blob, found.ETag);
        }
        catch (RequestFailedException e) when (IsGone(e))
        {
            return null;
        }
    }

    /// <summary>The images that a sidecar may belong to.</summary>
    public async IAsyncEnumerable<Upload> FindImagesOfAsync(string sidecar, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string subject = UploadNames.SubjectOf(sidecar);
        if (subject.Length > 0 && await FindAsync(subject, cancellationToken) is { } whole)
            yield return whole;
        await foreach (BlobItem item in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{subject}.", cancellationToken))
        {
            if (!UploadNames.IsJson(item.Name) && UploadNames.IsSidecarOf(sidecar, item.Name)
                && await FindAsync(item.Name, cancellationToken) is { } image)
                yield return image;
        }
    }

    /// <summary>The file of that name, with its extension in whatever case; null where there is none.</summary>
    /// <param name="name">A name that ends in <c>.json</c>.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<string?> FindJsonAsync(string name, CancellationToken cancellationToken)
    {
        string subject = UploadNames.SubjectOf(name);
        string? found = null;
        await foreach (BlobItem item in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{subject}.", cancellationToken))
        {
            if (item.Name == name)
                return name;
            if (UploadNames.IsJson(item.Name) && UploadNames.SubjectOf(item.Name) == subject)
                found = item.Name;
        }

        return found;
    }

    /// <summary>The content of a small file beside the images; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is larger than <paramref name="maxBytes"/>.</exception>
    public async Task<BinaryData?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using BlobDownloadStreamingResult blob = await _container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken);
            if (blob.Details.ContentLength > maxBytes)
                throw new InvalidDataException($"has {blob.Details.ContentLength:N0} bytes; at most {maxBytes:N0} are allowed");
            return await BinaryData.FromStreamAsync(blob.Content, cancellationToken);
        }
        catch (RequestFailedException e) when (IsGone(e))
        {
            return null;
        }
    }

    /// <summary>Whether an answer of storage says that the version that was looked at is not there any more.</summary>
    public static bool IsGone(RequestFailedException failure) =>
        failure.ErrorCode == BlobErrorCode.BlobNotFound || failure.ErrorCode == BlobErrorCode.ConditionNotMet;

    /// <summary>An ETag without its quotes.</summary>
    internal static string Plain(ETag etag) => etag.ToString("G").Trim('"');

    internal static FilePeek Peek(Upload upload) => new(upload.Length, async (offset, buffer, cancellationToken) =>
    {
        BlobDownloadOptions range = new() { Range = new HttpRange(offset, buffer.Length), Conditions = new BlobRequestConditions { IfMatch = upload.Current } };
        using BlobDownloadStreamingResult piece = await upload.Blob.DownloadStreamingAsync(range, cancellationToken);
        await piece.Content.ReadExactlyAsync(buffer, cancellationToken);
    });

    internal static async Task<byte[]> DownloadAsync(Upload upload, CancellationToken cancellationToken)
    {
        byte[] image = new byte[upload.Length];
        BlobDownloadOptions unchanged = new() { Conditions = new BlobRequestConditions { IfMatch = upload.Current } };
        using BlobDownloadStreamingResult blob = await upload.Blob.DownloadStreamingAsync(unchanged, cancellationToken);
        await blob.Content.ReadExactlyAsync(image, cancellationToken);
        return image;
    }
}
