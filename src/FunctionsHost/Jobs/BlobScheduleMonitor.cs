using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Blobs;
using Azure;
using Microsoft.Azure.WebJobs.Host.Storage;
using Newtonsoft.Json;

namespace FunctionsHost.Jobs;

/// <summary>
/// Keeps when a timer ran and runs next, in the blob and format of the real host. The monitor of the timer extension's package is made for older
/// packages of Storage than its other parts work with.
/// </summary>
internal sealed class BlobScheduleMonitor(IAzureBlobStorageProvider storage, IHostIdProvider hostId) : ScheduleMonitor
{
    private readonly ConcurrentDictionary<string, bool> _pastDue = new(StringComparer.Ordinal);

    /// <summary>
    /// Says that no timer is past due. This version of the timer extension would run one that is before its listener has started, and hold up the start of
    /// the whole host; told that it is not, it sets its timer to the next occurrence on record. That has passed, so that the function runs at once beside
    /// the start, as in the real host.
    /// </summary>
    public override async Task<TimeSpan> CheckPastDueAsync(string timerName, DateTime now, TimerSchedule schedule, ScheduleStatus lastStatus)
    {
        if (await base.CheckPastDueAsync(timerName, now, schedule, lastStatus) > TimeSpan.Zero)
            _pastDue[timerName] = true;
        return TimeSpan.Zero;
    }

    /// <summary>Whether this run of a function makes up for a missed one; asked once for each run.</summary>
    public bool TakePastDue(string function) => _pastDue.TryRemove($"{FunctionsType.TypeName}.{function}", out _);

    public override async Task<ScheduleStatus?> GetStatusAsync(string timerName)
    {
        try
        {
            BlobClient blob = await BlobAsync(timerName);
            BlobDownloadResult content = await blob.DownloadContentAsync();
            return JsonConvert.DeserializeObject<ScheduleStatus>(content.Content.ToString());
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public override async Task UpdateStatusAsync(string timerName, ScheduleStatus status)
    {
        BlobClient blob = await BlobAsync(timerName);
        BinaryData content = BinaryData.FromString(JsonConvert.SerializeObject(status));
        try
        {
            await blob.UploadAsync(content, overwrite: true);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync();
            await blob.UploadAsync(content, overwrite: true);
        }
    }

    private async Task<BlobClient> BlobAsync(string timerName)
    {
        if (!storage.TryCreateHostingBlobContainerClient(out BlobContainerClient container))
            throw new FunctionAppException("Timers need storage: set AzureWebJobsStorage.");
        return container.GetBlobClient($"timers/{await hostId.GetHostIdAsync(CancellationToken.None)}/{timerName}/status");
    }
}
