using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Uploads;

/// <summary>Removes what a deleted job was made from: the upload itself, wherever it lies, and the sidecars that belonged to it alone.</summary>
public sealed class UploadRemoval(EvolinkStorage storage, UploadInbox inbox, RejectedUploads rejected)
{
    /// <summary>Removes an upload. Another version of the same name stays, with its sidecars, and so do the defaults of its folder.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="takenAt">When it became a job: a sidecar that came later is for an image that is yet to come.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What is gone, as container and name.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(string name, string version, DateTimeOffset takenAt, CancellationToken cancellationToken)
    {
        List<string> removed = [];
        Upload? there = await inbox.FindAsync(name, cancellationToken);
        if (there?.Version == version && await there.Blob.TryDeleteAsync(there.Current, cancellationToken))
        {
            removed.Add($"{EvolinkStorage.UploadsContainer}/{name}");
            there = await inbox.FindAsync(name, cancellationToken);
        }

        if (await rejected.RemoveAsync(name, version, cancellationToken))
            removed.Add($"{EvolinkStorage.RejectedContainer}/{name}");
        if (there is null)
        {
            foreach (string sidecar in UploadNames.SidecarsOf(name))
            {
                if (await RemoveSidecarAsync(sidecar, takenAt, cancellationToken))
                    removed.Add($"{EvolinkStorage.UploadsContainer}/{sidecar}");
            }
        }

        return removed;
    }

    private async Task<bool> RemoveSidecarAsync(string sidecar, DateTimeOffset takenAt, CancellationToken cancellationToken)
    {
        await foreach (Upload _ in inbox.FindImagesOfAsync(sidecar, cancellationToken))
            return false;
        BlobClient blob = storage.Uploads.GetBlobClient(sidecar);
        if (!await blob.ExistsAsync(cancellationToken))
            return false;
        BlobProperties found = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        return found.LastModified <= takenAt && await blob.TryDeleteAsync(found.ETag, cancellationToken);
    }
}
