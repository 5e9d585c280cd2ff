using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>Short-lived links to videos in storage: read-only, to one blob.</summary>
public sealed class VideoLinks(EvolinkStorage storage, LinkSigner signer, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly EvolinkOptions _options = options.Value;
    private readonly SemaphoreSlim _fetching = new(1, 1);
    private volatile UserDelegationKey? _key;

    /// <summary>A link to a video, and when it dies; null where it would lead through this app, whose address is not known.</summary>
    /// <param name="job">The job.</param>
    /// <param name="video">Its video.</param>
    /// <param name="ownBase">Address of this app, as the client reached it; null where nobody asked.</param>
    /// <param name="use">What a browser shall do with it.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<SignedLink?> SignAsync(JobRecord job, SavedVideo video, Uri? ownBase, VideoLinkUse use, CancellationToken cancellationToken)
    {
        int? file = video.Blob == job.Video?.Blob ? null : job.Files.IndexOf(video) + 1;
        DateTimeOffset expires = time.GetUtcNow() + _options.VideoLinkLifetime;
        return _options.VideoDelivery == VideoDelivery.Proxy
            ? (_options.PublicBaseUrl ?? ownBase) is { } address ? Proxy(job.Id, file, address, use, expires) : null
            : new SignedLink(await SasAsync(video, use, expires, cancellationToken), expires);
    }

    /// <inheritdoc/>
    public void Dispose() => _fetching.Dispose();

    private SignedLink Proxy(JobId id, int? file, Uri address, VideoLinkUse use, DateTimeOffset expires)
    {
        string keyId = signer.CurrentKeyId;
        long end = expires.ToUnixTimeSeconds();
        string path = string.Create(CultureInfo.InvariantCulture, $"/v1/videos/{id}/content?e={end}&k={keyId}&s={signer.SignVideo(keyId, id, end, file)}");
        if (file is { } number)
            path += string.Create(CultureInfo.InvariantCulture, $"&file={number}");
        if (use == VideoLinkUse.Save)
            path += "&disposition=attachment"; // not signed: how a browser treats it is no secret
        return new SignedLink(new Uri(address, path), expires);
    }

    private async Task<Uri> SasAsync(SavedVideo video, VideoLinkUse use, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        BlobClient blob = storage.Videos.GetBlobClient(video.Blob);
        BlobSasBuilder sas = new(BlobSasPermissions.Read, expires)
        {
            BlobContainerName = blob.BlobContainerName,
            BlobName = blob.Name,
            Resource = "b",
            StartsOn = time.GetUtcNow() - ClockSkew,
            // The emulator speaks http; a real account's links do not.
            Protocol = blob.Uri.Scheme == Uri.UriSchemeHttp ? SasProtocol.HttpsAndHttp : SasProtocol.Https,
            ContentDisposition = $"{(use == VideoLinkUse.Save ? "attachment" : "inline")}; filename=\"{video.Blob}\"",
        };
        if (blob.CanGenerateSasUri)
            return blob.GenerateSasUri(sas);
        UserDelegationKey key = await KeyAsync(expires, cancellationToken);
        return new BlobUriBuilder(blob.Uri) { Sas = sas.ToSasQueryParameters(key, storage.Blobs.AccountName) }.ToUri();
    }

    // One key signs many links; it is fetched again when a link would outlive it. It begins before they do: their clock was read a moment earlier.
    private async Task<UserDelegationKey> KeyAsync(DateTimeOffset expires, CancellationToken cancellationToken)
    {
        if (_key is { } known && known.SignedExpiresOn > expires)
            return known;
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (_key is { } fetched && fetched.SignedExpiresOn > expires)
                return fetched;
            DateTimeOffset now = time.GetUtcNow();
            UserDelegationKey key = await storage.Blobs.GetUserDelegationKeyAsync(now - (2 * ClockSkew), now + KeyLifetime, cancellationToken);
            _key = key;
            return key;
        }
        finally
        {
            _fetching.Release();
        }
    }
}

/// <summary>What a browser does with a link to a video.</summary>
public enum VideoLinkUse
{
    /// <summary>Plays it in place.</summary>
    Play,

    /// <summary>Saves it as a file.</summary>
    Save,
}

/// <summary>A link that whoever holds it may open until it expires.</summary>
/// <param name="Url">The link. Never logged.</param>
/// <param name="ExpiresAt">When it dies.</param>
public sealed record SignedLink(Uri Url, DateTimeOffset ExpiresAt);
