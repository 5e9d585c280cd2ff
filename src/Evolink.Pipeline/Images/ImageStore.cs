using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Images;

/// <summary>Images that came in through the app: <c>images/{client}/{sha256}</c>, one blob for each content a client sent.</summary>
public sealed class ImageStore(EvolinkStorage storage)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

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
        try
        {
            await Blob(client, sha256).UploadAsync(new BinaryData(image), ifAbsent, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed)
        {
            // The name is the content: it is there already.
        }

        return sha256;
    }

    /// <summary>Whether the client has such an image.</summary>
    public async Task<bool> ExistsAsync(string client, string sha256, CancellationToken cancellationToken) =>
        IsName(sha256) && await Blob(client, sha256).ExistsAsync(cancellationToken);

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

    /// <summary>Removes a client's image.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> RemoveAsync(string client, string sha256, CancellationToken cancellationToken) =>
        IsName(sha256) && await Blob(client, sha256).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <summary>The images that came before a time.</summary>
    public async IAsyncEnumerable<(string Client, string Sha256)> OlderThanAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem image in storage.Images.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancellationToken))
        {
            if (image.Properties.LastModified < before && image.Name.Split('/') is [var client, var sha256] && IsName(sha256))
                yield return (client, sha256);
        }
    }

    /// <summary>The name of an image: the SHA-256 of its bytes, hexadecimal.</summary>
    public static string NameOf(byte[] image) => Convert.ToHexStringLower(SHA256.HashData(image));

    /// <summary>Whether a text can be an image's name: 64 lower-case hexadecimal digits.</summary>
    public static bool IsName(string? sha256) => sha256 is { Length: 64 } && !sha256.AsSpan().ContainsAnyExcept(HexDigits);

    private BlobClient Blob(string client, string sha256) => storage.Images.GetBlobClient($"{client}/{sha256}");
}

/// <summary>An image that was opened; whoever gets it disposes the content.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Length">How many.</param>
/// <param name="ContentType">Content type, from its first bytes.</param>
public sealed record StoredImage(Stream Content, long Length, string ContentType);
