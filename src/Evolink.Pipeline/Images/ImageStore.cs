using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Images;

/// <summary>Images that came in through the app: <c>images/{client}/{sha256}</c>, one blob for each content a client sent.</summary>
public sealed class ImageStore(EvolinkStorage storage)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly Dictionary<string, string> NoMetadata = [];

    // Of files that are being received; no name of a file begins so.
    private const string Incoming = "incoming-";

    /// <summary>Keeps a checked image.</summary>
    /// <returns>Its SHA-256, hexadecimal: its name.</returns>
    public async Task<string> SaveAsync(string client, byte[] image, ImageKind kind, CancellationToken cancellationToken)
    {
        string sha256 = NameOf(image);
        BlobUploadOptions ifAbsent = new()
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = kind.ContentType },
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
        };
        // The name is the content: one that is there already stays, and is as good as new. It may be removed by its age right between the two.
        while (!await TryUploadAsync(client, sha256, image, ifAbsent, cancellationToken) && !await TouchAsync(client, sha256, cancellationToken))
            continue;
        return sha256;
    }

    /// <summary>
    /// Keeps a file of any length as it comes in: it is streamed into a blob of its own, checked, and copied within storage to the name that its bytes
    /// give it. A crash leaves the first blob, which goes by its age.
    /// </summary>
    /// <param name="client">Whose.</param>
    /// <param name="content">The file.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Its name and kind; or why it is not taken.</returns>
    public async Task<ReceivedFile> ReceiveAsync(string client, Stream content, CancellationToken cancellationToken)
    {
        await using FileIntake intake = new(storage.Images.GetBlockBlobClient($"{client}/{Incoming}{Guid.NewGuid():N}"));
        (FileKind? kind, string? problem) = await intake.ReadAsync(content, cancellationToken);
        if (kind is null)
            return new ReceivedFile(null, null, problem);
        string sha256 = await intake.CommitAsync(kind, cancellationToken);
        // The name is the content: one that is there already stays, and is as good as new.
        while (!await intake.TryCopyToAsync(Blob(client, sha256), cancellationToken) && !await TouchAsync(client, sha256, cancellationToken))
            continue;
        return new ReceivedFile(sha256, kind, null);
    }

    /// <summary>
    /// Notes that a client's image is in use: its age counts from now, and a removal that was decided on before finds another version.
    /// </summary>
    /// <returns>Whether the client has such an image.</returns>
    public async Task<bool> TouchAsync(string client, string sha256, CancellationToken cancellationToken)
    {
        if (!IsName(sha256))
            return false;
        try
        {
            // Setting the metadata, to whatever, makes another version of the blob.
            await Blob(client, sha256).SetMetadataAsync(NoMetadata, cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>A client's image as it is now; null where there is none.</summary>
    public async Task<ImageVersion?> FindAsync(string client, string sha256, CancellationToken cancellationToken)
    {
        if (!IsName(sha256))
            return null;
        try
        {
            BlobProperties image = await Blob(client, sha256).GetPropertiesAsync(cancellationToken: cancellationToken);
            return new ImageVersion(client, sha256, image.ETag);
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Opens a client's image, or returns null where there is none.</summary>
    public async Task<StoredImage?> OpenAsync(string client, string sha256, CancellationToken cancellationToken)
    {
        if (!IsName(sha256))
            return null;
        try
        {
            BlobDownloadStreamingResult blob = await Blob(client, sha256).DownloadStreamingAsync(cancellationToken: cancellationToken);
            return new StoredImage(blob.Content, blob.Details.ContentLength, blob.Details.ContentType);
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Removes an image, unless it was used since it was seen.</summary>
    /// <returns>Whether it is gone.</returns>
    public Task<bool> RemoveAsync(ImageVersion seen, CancellationToken cancellationToken) =>
        Blob(seen.Client, seen.Sha256).TryDeleteAsync(seen.Version, cancellationToken);

    /// <summary>The images that came, or were used, before a time and not since.</summary>
    public async IAsyncEnumerable<ImageVersion> OlderThanAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem image in storage.Images.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancellationToken))
        {
            if (image.Properties is { LastModified: { } used, ETag: { } version } && used < before
                && image.Name.Split('/') is [var client, var sha256] && (IsName(sha256) || sha256.StartsWith(Incoming, StringComparison.Ordinal)))
            {
                yield return new ImageVersion(client, sha256, version);
            }
        }
    }

    /// <summary>The name of an image: the SHA-256 of its bytes, hexadecimal.</summary>
    public static string NameOf(byte[] image) => Convert.ToHexStringLower(SHA256.HashData(image));

    /// <summary>Whether a text can be an image's name: 64 lower-case hexadecimal digits.</summary>
    public static bool IsName(string? sha256) => sha256 is { Length: 64 } && !sha256.AsSpan().ContainsAnyExcept(HexDigits);

    private async Task<bool> TryUploadAsync(string client, string sha256, byte[] image, BlobUploadOptions ifAbsent, CancellationToken cancellationToken)
    {
        try
        {
            await Blob(client, sha256).UploadAsync(new BinaryData(image), ifAbsent, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
    }

    private BlobClient Blob(string client, string sha256) => storage.Images.GetBlobClient($"{client}/{sha256}");
}

/// <summary>A file that came in; name and kind, or the problem is there.</summary>
/// <param name="Sha256">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Problem">Why it is not taken.</param>
public sealed record ReceivedFile(string? Sha256, FileKind? Kind, string? Problem);

/// <summary>An image as it was seen.</summary>
/// <param name="Client">Whose.</param>
/// <param name="Sha256">Its name.</param>
/// <param name="Version">Changes whenever it is used.</param>
public sealed record ImageVersion(string Client, string Sha256, ETag Version);

/// <summary>An image that was opened; whoever gets it disposes the content.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Length">How many.</param>
/// <param name="ContentType">Content type, from its first bytes.</param>
public sealed record StoredImage(Stream Content, long Length, string ContentType);
