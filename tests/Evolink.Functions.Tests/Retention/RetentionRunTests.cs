using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Functions.Retention;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Retention;

/// <summary>What time removes by itself. Storage keeps its own clock, so the run's is set ahead.</summary>
[Collection(nameof(StorageCollection))]
public sealed class RetentionRunTests(AzuriteFixture azurite)
{
    private const string Client = "retention";

    [Fact]
    public async Task What_is_old_enough_goes_and_what_is_not_stays()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite, options => options.ImageRetentionDays = 0);
        JobRecord over = await EndAsync(app, await StartAsync(app));
        JobRecord live = await StartAsync(app);

        await RunAsync(app, TimeSpan.FromDays(89));
        Assert.NotNull(await app.Store.FindAsync(over.Id, CancellationToken.None));
        await RunAsync(app, TimeSpan.FromDays(91));
        Assert.DoesNotContain(await BlobsOfAsync(app, over), name => !name.StartsWith("records/", StringComparison.Ordinal));
        Assert.Equal(live.Id, (await app.Store.ReadAsync(live.Id, CancellationToken.None)).Id);
        Assert.All(app.Durable.Purges, purge => Assert.Equal(
            [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated], purge.Statuses));
        Assert.Equal([82, 84], app.Durable.Purges.Select(purge => Math.Round((purge.CreatedTo!.Value - TimeProvider.System.GetUtcNow()).TotalDays)));
    }

    [Fact]
    public async Task An_old_image_is_removable_when_no_live_job_stands_on_it()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite);
        (string, string) stored = (Client, Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().Concat(Guid.NewGuid().ToByteArray()).ToArray()));
        await app.Storage.Images.GetBlobClient($"{Client}/{stored.Item2}").UploadAsync(new BinaryData("an image"));
        RetentionRun retention = app.Get<RetentionRun>();
        DateTimeOffset later = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1);
        Assert.Contains(stored, await retention.RemovableImagesAsync(later, CancellationToken.None));
        Assert.DoesNotContain(stored, await retention.RemovableImagesAsync(later - TimeSpan.FromDays(2), CancellationToken.None));

        JobRecord job = await StartAsync(app, $"/v1/images/{stored.Item2}");
        Assert.DoesNotContain(stored, await retention.RemovableImagesAsync(later, CancellationToken.None));
        await EndAsync(app, job);
        Assert.Contains(stored, await retention.RemovableImagesAsync(later, CancellationToken.None));
    }

    private static async Task<JobRecord> StartAsync(StoredApp app, string image = "https://example.com/cat.png")
    {
        VideoGenerationRequest request = new() { Prompt = "A cat playing piano", ImageUrls = [image], Duration = 2 };
        IntakeResult result = await app.Get<GenerationIntake>().AcceptAsync(app.Durable, new NewGeneration("queue", Client, request, Guid.NewGuid().ToString(), []), CancellationToken.None);
        return Assert.IsType<IntakeResult.Accepted>(result).Job;
    }

    // As a cancel ends it.
    private static async Task<JobRecord> EndAsync(StoredApp app, JobRecord job)
    {
        JobRecord ended = await app.Store.UpdateAsync(
            job.Id, record => record with { State = JobState.Cancelled, EndedAt = TimeProvider.System.GetUtcNow() }, CancellationToken.None);
        await app.Store.RemoveActiveMarkerAsync((await app.Store.FindActiveMarkerAsync(job.Id, CancellationToken.None))!.Value, CancellationToken.None);
        return ended;
    }

    private static Task RunAsync(StoredApp app, TimeSpan later) =>
        ActivatorUtilities.CreateInstance<RetentionRun>(app.Services, new LaterTime(later)).RunAsync(app.Durable, CancellationToken.None);

    private static async Task<List<string>> BlobsOfAsync(StoredApp app, JobRecord job)
    {
        List<string> found = [];
        foreach (BlobContainerClient container in (BlobContainerClient[])[app.Storage.Generations, app.Storage.Videos])
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken))
            {
                if (blob.Name.Contains(job.Id.Value, StringComparison.Ordinal))
                    found.Add(blob.Name);
            }
        }

        return found;
    }

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
