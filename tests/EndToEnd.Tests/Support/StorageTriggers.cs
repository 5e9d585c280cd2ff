using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Support;

/// <summary>The apps that serve blob and queue triggers: one at a time, for all share one storage.</summary>
[CollectionDefinition(nameof(StorageTriggers))]
public sealed class StorageTriggers
{
    /// <summary>An app that serves them; what is uploaded is client <c>alice</c>'s.</summary>
    public static TestAppOptions Options(AzuriteFixture azurite) => new()
    {
        Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.FromSeconds(0.5) },
        Settings = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:00",
            ["Evolink:Uploads:Client"] = "alice",
            // The app is elsewhere after a restart: an image that Evolink has not fetched yet would be lost to it.
            ["Evolink:ImageDelivery"] = "Files",
        },
    };

    public static async Task ClearAsync(EvolinkStorage storage)
    {
        foreach (BlobContainerClient container in (BlobContainerClient[])[storage.Uploads, storage.Rejected])
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken))
                await container.DeleteBlobIfExistsAsync(blob.Name);
        }
    }

    /// <summary>The job that a version of an upload becomes.</summary>
    public static JobId JobOf(string name, BlobContentInfo version) => JobId.From("blob", "alice", $"{name}\n{version.ETag.ToString("G").Trim('"')}");

    /// <summary>The end of a job that nobody may have begun yet: until its trigger has seen it, there is nothing that could be awaited.</summary>
    public static async Task<JobRecord> EndOfAsync(TestApp app, JobId id)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(30), TimeProvider.System);
        while (true)
        {
            if (await app.Store.FindAsync(id, patience.Token) is { State.IsTerminal: true } job)
                return job;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }
}
