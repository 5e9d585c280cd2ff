using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Uploads;

/// <summary>
/// The container <c>rejected</c>: what was not usable, as <c>{name}/{version}/{file}</c> with a <c>reason.json</c> beside it. Every version
/// has a place of its own, so that a second bad upload does not cover the first, and a move that is done again does not double it.
/// </summary>
public sealed class RejectedUploads(EvolinkStorage storage, TimeProvider time)
{
    private const string ReasonFile = "reason.json";
    private const int LongestName = 1024;
    private const int MostCopies = 5;

    private static readonly TimeSpan CopyPause = TimeSpan.FromMilliseconds(200);

    private readonly BlobContainerClient _container = storage.Rejected;

    /// <summary>Copies an upload here, with the reason. The original stays: <see cref="RemoveOriginalAsync"/> is the next step.</summary>
    /// <returns>False where this version is neither there nor here any more.</returns>
    public async Task<bool> KeepAsync(Upload upload, RejectReason reason, CancellationToken cancellationToken)
    {
        string folder = FolderOf(upload.Name, upload.Version);
        if (!upload.IsRejected && !await CopyAsync(upload, _container.GetBlobClient(folder + FileOf(upload.Name)), cancellationToken))
            return false;
        await WriteReasonAsync(folder, upload.Name, upload.Version, reason, cancellationToken);
        return true;
    }

    // Within storage: what may be large, or anything, is not read here. The triggers of an image and of its sidecar may both reject it at
    // once; the place is that of one version, so a copy that is there is the right one, whoever began it, and is never begun again.
    private async Task<bool> CopyAsync(Upload upload, BlobClient copy, CancellationToken cancellationToken)
    {
        for (int tries = 0; tries < MostCopies; tries++)
        {
            bool begun = await TryBeginCopyAsync(upload, copy, cancellationToken);
            switch (await FindCopyAsync(copy, cancellationToken))
            {
                case null when begun:
                    // A job was made of it meanwhile, and took it away.
                    break;
                case null:
                    return false;
                case { BlobCopyStatus: CopyStatus.Aborted or CopyStatus.Failed } broken:
                    await copy.TryDeleteAsync(broken.ETag, cancellationToken);
                    break;
                default:
                    return true;
            }
        }

        throw new InvalidOperationException(
            $"The upload {upload.Name} (version {upload.Version}) could not be copied to rejected/: {MostCopies} copies broke off.");
    }

    private static async Task<bool> TryBeginCopyAsync(Upload upload, BlobClient copy, CancellationToken cancellationToken)
    {
        BlobCopyFromUriOptions once = new()
        {
            SourceConditions = new BlobRequestConditions { IfMatch = upload.Current },
            DestinationConditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
        };
        try
        {
            await copy.StartCopyFromUriAsync(upload.Blob.Uri, once, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed
            || (e.Status == (int)HttpStatusCode.NotFound && e.ErrorCode != BlobErrorCode.ContainerNotFound))
        {
            // The copy is there, or the original is not.
            return false;
        }
    }

    private async Task<BlobProperties?> FindCopyAsync(BlobClient copy, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                BlobProperties found = await copy.GetPropertiesAsync(cancellationToken: cancellationToken);
                if (found.BlobCopyStatus != CopyStatus.Pending)
                    return found;
                await Task.Delay(CopyPause, time, cancellationToken);
            }
        }
        catch (RequestFailedException e) when (UploadInbox.IsGone(e))
        {
            return null;
        }
    }

    /// <summary>Says why a blob stays where it is and nothing is made of it: one that cannot be addressed, and so not be moved either.</summary>
    public Task NoteAsync(string name, RejectReason reason, CancellationToken cancellationToken) =>
        WriteReasonAsync(FolderOf(Hashed(name), "none"), name, version: null, reason, cancellationToken);

    /// <summary>Says why nothing was made of a queue message, which itself ends in the poison queue.</summary>
    public Task NoteMessageAsync(string queue, string messageId, RejectReason reason, CancellationToken cancellationToken) =>
        WriteReasonAsync($"{queue}/{messageId}/", $"{queue}/{messageId}", version: null, reason, cancellationToken);

    /// <summary>Takes back what was said of a message that was usable in the end.</summary>
    public Task ForgetMessageAsync(string queue, string messageId, CancellationToken cancellationToken) =>
        _container.GetBlobClient($"{queue}/{messageId}/{ReasonFile}").DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <summary>Takes the original away that was copied here, unless another version has taken its place.</summary>
    public static async Task RemoveOriginalAsync(Upload upload, CancellationToken cancellationToken)
    {
        if (!upload.IsRejected)
            await upload.Blob.TryDeleteAsync(upload.Current, cancellationToken);
    }

    /// <summary>Takes an upload away from here that has become a job after all.</summary>
    public Task RemoveAsync(Upload upload, CancellationToken cancellationToken) => RemoveAsync(upload.Name, upload.Version, cancellationToken);

    /// <summary>Takes a version of an upload away from here.</summary>
    /// <returns>Whether it was here.</returns>
    public async Task<bool> RemoveAsync(string name, string version, CancellationToken cancellationToken)
    {
        string folder = FolderOf(name, version);
        // The reason last: as long as it is there, a sidecar finds it and finishes this.
        bool removed = await _container.GetBlobClient(folder + FileOf(name)).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        await _container.GetBlobClient(folder + ReasonFile).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        return removed;
    }

    /// <summary>The images here that a sidecar may make usable.</summary>
    public async IAsyncEnumerable<Upload> FindImagesOfAsync(string sidecar, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string subject = UploadNames.SubjectOf(sidecar);
        await foreach (BlobItem item in ListAsync([$"{subject}/", $"{subject}."], cancellationToken))
        {
            if (item.Name.EndsWith($"/{ReasonFile}", StringComparison.Ordinal)
                && await ReadReasonAsync(item.Name, cancellationToken) is { Version: { } version } reason
                && new RejectReason(reason.Code, reason.Message).CanBeMended
                && UploadNames.IsSidecarOf(sidecar, reason.Name)
                && await FindAsync(reason.Name, version, cancellationToken) is { } upload)
                yield return upload;
        }
    }

    private async IAsyncEnumerable<BlobItem> ListAsync(string[] prefixes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string prefix in prefixes)
        {
            await foreach (BlobItem item in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
                yield return item;
        }
    }

    private async Task<Upload?> FindAsync(string name, string version, CancellationToken cancellationToken)
    {
        BlobClient blob = _container.GetBlobClient(FolderOf(name, version) + FileOf(name));
        try
        {
            BlobProperties found = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            Dictionary<string, string> metadata = new(found.Metadata, StringComparer.OrdinalIgnoreCase);
            return new Upload(name, version, found.LastModified, found.ContentLength, metadata, blob, found.ETag) { IsRejected = true };
        }
        catch (RequestFailedException e) when (UploadInbox.IsGone(e))
        {
            return null;
        }
    }

    private async Task<RejectedUpload?> ReadReasonAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await _container.FindAsync(path, PipelineJsonContext.Default.RejectedUpload, cancellationToken))?.Value;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private async Task WriteReasonAsync(string folder, string name, string? version, RejectReason reason, CancellationToken cancellationToken)
    {
        RejectedUpload content = new(name, version, time.GetUtcNow(), reason.Code, reason.Message, reason.Issues);
        BlobUploadOptions json = new() { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } };
        await _container.GetBlobClient(folder + ReasonFile).UploadAsync(
            JsonBlobs.Json(content, PipelineJsonContext.Default.RejectedUpload), json, cancellationToken);
    }

    // Storage allows names of 1024 characters: a name that leaves no room for the rest is kept under its hash.
    private static string FolderOf(string name, string version)
    {
        string plain = $"{name}/{version}/";
        return plain.Length + Math.Max(FileOf(name).Length, ReasonFile.Length) <= LongestName ? plain : $"{Hashed(name)}/{version}/";
    }

    private static string FileOf(string name) => name[(name.LastIndexOf('/') + 1)..] is { Length: > 0 and <= 200 } file && file != ReasonFile ? file : "upload";

    private static string Hashed(string name) => $"sha256-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
}
