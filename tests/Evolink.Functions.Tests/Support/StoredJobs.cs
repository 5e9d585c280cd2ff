using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Tests.Support;

/// <summary>Jobs in real storage, as they come in and as they end.</summary>
internal static class StoredJobs
{
    /// <summary>A request as it comes from a queue.</summary>
    public static NewGeneration Wanted(string client, string? key = null, string image = "https://example.com/cat.png", string source = "queue") => new(
        source,
        client,
        new VideoGenerationRequest { Prompt = "A cat playing piano", ImageUrls = [image], Duration = 2 },
        key ?? Guid.NewGuid().ToString(),
        []);

    public static Task<IntakeResult> AcceptAsync(this StoredApp app, NewGeneration wanted) =>
        app.Get<GenerationIntake>().AcceptAsync(app.Durable, wanted, CancellationToken.None);

    public static async Task<JobRecord> StartAsync(this StoredApp app, NewGeneration wanted) =>
        Assert.IsType<IntakeResult.Accepted>(await app.AcceptAsync(wanted)).Job;

    /// <summary>Ends a job as a cancel does, and takes its marker away.</summary>
    public static async Task<JobRecord> EndAsync(this StoredApp app, JobRecord job)
    {
        JobRecord ended = await app.Store.UpdateAsync(
            job.Id, record => record with { State = JobState.Cancelled, EndedAt = TimeProvider.System.GetUtcNow() }, CancellationToken.None);
        if (await app.Store.Markers.FindAsync(job.Id, CancellationToken.None) is { } marker)
            await app.Store.Markers.RemoveAsync(marker, CancellationToken.None);
        return ended;
    }

    /// <summary>Writes something under a job's id that no version can read.</summary>
    public static Task SpoilAsync(this StoredApp app, JobId id) => app.Storage.Generations.GetBlobClient($"records/{id}.json")
        .UploadAsync(BinaryData.FromString("""{"schema":1,"hub":"evolink","state":"""), overwrite: true);

    /// <summary>The names of all blobs that have a text in their name.</summary>
    public static async Task<List<string>> BlobsOfAsync(this StoredApp app, string text)
    {
        List<string> found = [];
        foreach (BlobContainerClient container in (BlobContainerClient[])[app.Storage.Generations, app.Storage.Videos, app.Storage.Uploads, app.Storage.Rejected])
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken))
            {
                if (blob.Name.Contains(text, StringComparison.Ordinal))
                    found.Add(blob.Name);
            }
        }

        return found;
    }
}
