using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Evolink.Pipeline.Storage;

/// <summary>Copies within the account, which storage makes by itself: no byte passes the app.</summary>
internal static class BlobCopies
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    extension(BlobClient target)
    {
        /// <summary>Copies a blob here, with its content type and metadata, and waits until that is done.</summary>
        /// <param name="source">The blob.</param>
        /// <param name="conditions">What has to be true of what is here.</param>
        /// <param name="cancellationToken">Stops waiting.</param>
        /// <exception cref="Azure.RequestFailedException">The conditions do not hold, or storage refuses it.</exception>
        public async Task CopyFromAsync(Uri source, BlobRequestConditions conditions, CancellationToken cancellationToken)
        {
            CopyFromUriOperation copy = await target.StartCopyFromUriAsync(
                source, new BlobCopyFromUriOptions { DestinationConditions = conditions }, cancellationToken);
            // Not waited for by the operation itself, which takes it ill that somebody newer has written the name meanwhile.
            await copy.UpdateStatusAsync(cancellationToken);
            while (!copy.HasCompleted)
            {
                // Real time, whatever clock the app is given: it is storage that is waited for.
                await Task.Delay(Look, TimeProvider.System, cancellationToken);
                await copy.UpdateStatusAsync(cancellationToken);
            }
        }
    }
}
