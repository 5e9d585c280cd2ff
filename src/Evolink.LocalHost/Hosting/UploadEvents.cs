using System.Net.Http.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Evolink.LocalHost.Hosting;

/// <summary>
/// Tells the app of new uploads as Event Grid does in Azure: Azurite has no events, so that the container is listed again and again. A version
/// that is told twice, after a restart, is known to the blob trigger by its receipt.
/// </summary>
internal sealed class UploadEvents : IAsyncDisposable
{
    private const string Function = "Host.Functions.ImageUploaded";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly BlobContainerClient _uploads;
    private readonly HttpClient _app;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, ETag> _told = new(StringComparer.Ordinal);
    private readonly Task _watching;

    private UploadEvents(BlobContainerClient uploads, HttpClient app)
    {
        (_uploads, _app) = (uploads, app);
        _watching = WatchAsync();
    }

    public static UploadEvents Start(string storage, Uri app) =>
        new(new BlobContainerClient(storage, EvolinkStorage.UploadsContainer), new HttpClient { BaseAddress = app });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _app.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        using PeriodicTimer timer = new(Pause, TimeProvider.System);
        try
        {
            do
            {
                await TellNewAsync();
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task TellNewAsync()
    {
        try
        {
            await foreach (BlobItem blob in _uploads.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, _stop.Token))
            {
                if (blob.Properties.ETag is { } version && _told.GetValueOrDefault(blob.Name) != version)
                {
                    await TellAsync(blob.Name, version);
                    _told[blob.Name] = version;
                }
            }
        }
        catch (Exception e) when (e is RequestFailedException or HttpRequestException)
        {
            // Not there yet, or not any more: the next look tells it.
        }
    }

    private async Task TellAsync(string name, ETag version)
    {
        JsonObject created = new()
        {
            ["id"] = Guid.NewGuid().ToString(),
            ["eventType"] = "Microsoft.Storage.BlobCreated",
            ["subject"] = $"/blobServices/default/containers/{EvolinkStorage.UploadsContainer}/blobs/{name}",
            ["eventTime"] = TimeProvider.System.GetUtcNow(),
            ["data"] = new JsonObject
            {
                ["api"] = "PutBlob",
                ["url"] = _uploads.GetBlobClient(name).Uri.AbsoluteUri,
                ["eTag"] = version.ToString("G").Trim('"'),
                ["blobType"] = "BlockBlob",
            },
        };
        using HttpRequestMessage request = new(HttpMethod.Post, $"runtime/webhooks/blobs?functionName={Function}") { Content = JsonContent.Create(new JsonArray(created)) };
        request.Headers.Add("aeg-event-type", "Notification");
        using HttpResponseMessage response = await _app.SendAsync(request, _stop.Token);
        response.EnsureSuccessStatusCode();
    }
}
