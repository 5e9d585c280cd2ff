using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Storage;

/// <summary>The app's storage account and the containers in it.</summary>
public sealed class EvolinkStorage
{
    /// <summary>
    /// Name of the connection by which the Functions host reads uploads and the queue of requests there: a connection string of that name, or
    /// <c>EvolinkStorage__blobServiceUri</c> and <c>EvolinkStorage__queueServiceUri</c> with an identity. The account is that of
    /// <c>Evolink:Storage</c>, and need not be the host's own (<c>AzureWebJobsStorage</c>).
    /// </summary>
    public const string Connection = "EvolinkStorage";

    /// <summary>Container of job records, requests, indexes, markers and claims.</summary>
    public const string GenerationsContainer = "generations";

    /// <summary>Container of finished videos.</summary>
    public const string VideosContainer = "videos";

    /// <summary>Container of images that came in through the app.</summary>
    public const string ImagesContainer = "images";

    /// <summary>Container in which images are put that shall become videos.</summary>
    public const string UploadsContainer = "uploads";

    /// <summary>Container of what came in and was not usable.</summary>
    public const string RejectedContainer = "rejected";

    /// <summary>Every container of the app.</summary>
    public static IReadOnlyList<string> Containers { get; } = [GenerationsContainer, VideosContainer, ImagesContainer, UploadsContainer, RejectedContainer];

    // The Azure SDK retries what fails in a moment; for longer, activities are executed again.
    private const int StorageRetries = 4;

    /// <summary>Opens the account that the options name; nothing is sent yet.</summary>
    public EvolinkStorage(IOptions<EvolinkOptions> options, OutgoingHttp http)
        : this(options, http, AzureIdentity.Of)
    {
    }

    internal EvolinkStorage(IOptions<EvolinkOptions> options, OutgoingHttp http, Func<StorageOptions, TokenCredential> credential)
    {
        StorageOptions storage = options.Value.Storage;
        UsesConnectionString = storage.ConnectionString is { Length: > 0 };
        BlobClientOptions client = new()
        {
            Transport = new HttpClientTransport(new HttpClient(http.Storage()) { Timeout = Timeout.InfiniteTimeSpan }),
            Retry = { MaxRetries = StorageRetries },
        };
        Blobs = UsesConnectionString
            ? new BlobServiceClient(storage.ConnectionString, client)
            : new BlobServiceClient(ServiceUri(storage), credential(storage), client);
        Generations = Blobs.GetBlobContainerClient(GenerationsContainer);
        Videos = Blobs.GetBlobContainerClient(VideosContainer);
        Images = Blobs.GetBlobContainerClient(ImagesContainer);
        Uploads = Blobs.GetBlobContainerClient(UploadsContainer);
        Rejected = Blobs.GetBlobContainerClient(RejectedContainer);
    }

    /// <summary>Whether a connection string opens the account, as on the emulator and in development: containers are made on demand there.</summary>
    public bool UsesConnectionString { get; }

    /// <summary>The blob service.</summary>
    public BlobServiceClient Blobs { get; }

    /// <summary>Container <see cref="GenerationsContainer"/>.</summary>
    public BlobContainerClient Generations { get; }

    /// <summary>Container <see cref="VideosContainer"/>.</summary>
    public BlobContainerClient Videos { get; }

    /// <summary>Container <see cref="ImagesContainer"/>.</summary>
    public BlobContainerClient Images { get; }

    /// <summary>Container <see cref="UploadsContainer"/>.</summary>
    public BlobContainerClient Uploads { get; }

    /// <summary>Container <see cref="RejectedContainer"/>.</summary>
    public BlobContainerClient Rejected { get; }

    /// <summary>Makes the containers that are missing. In Azure the infrastructure makes them.</summary>
    public Task CreateMissingContainersAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Containers.Select(name => Blobs.GetBlobContainerClient(name).CreateIfNotExistsAsync(cancellationToken: cancellationToken)));

    private static Uri ServiceUri(StorageOptions storage) =>
        storage.ServiceUri ?? new Uri($"https://{storage.AccountName}.blob.core.windows.net");
}
