using Azure.Storage.Blobs;
using Evolink.Pipeline.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Uploads;

/// <summary>Something was put into <c>uploads/</c>: an image becomes a video, and a sidecar starts the image that waits for it.</summary>
public sealed class ImageUploaded(UploadIntake uploads, EvolinkStorage storage)
{
    /// <summary>Takes what lies there now; safe to run again, in any order, and at the same time.</summary>
    [Function(nameof(ImageUploaded))]
    public Task RunAsync(
        [BlobTrigger(
            $"{EvolinkStorage.UploadsContainer}/{{name}}", Source = BlobTriggerSource.EventGrid, Connection = EvolinkStorage.Connection)]
        BlobClient blob,
        string name,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken) =>
        // By its name alone: a client made for a name with dot segments leads elsewhere.
        blob.AccountName == storage.Uploads.AccountName
            ? uploads.TakeAsync(durable, name, cancellationToken)
            : throw new InvalidOperationException(
                $"The upload is in the account '{blob.AccountName}' ({EvolinkStorage.Connection}), and the app's storage is "
                + $"'{storage.Uploads.AccountName}' (Evolink:Storage); both must be one.");
}
