using System.Diagnostics.Metrics;
using Evolink.Functions.Retention;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
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
        await using StoredApp app = await StoredApp.StartAsync(azurite, options => (options.RecordRetentionDays, options.ImageRetentionDays) = (90, 0));
        JobRecord over = await EndAsync(app, await StartAsync(app));
        JobRecord live = await StartAsync(app);

        await RunAsync(app, TimeSpan.FromDays(89));
        Assert.NotNull(await app.Store.FindAsync(over.Id, CancellationToken.None));
        await RunAsync(app, TimeSpan.FromDays(91));
        Assert.Empty(await app.BlobsOfAsync(over.Id.Value));
        Assert.Equal(live.Id, (await app.Store.ReadAsync(live.Id, CancellationToken.None)).Id);
        Assert.All(app.Durable.Purges, purge => Assert.Equal(
            [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated], purge.Statuses));
        Assert.Equal([82, 84], app.Durable.Purges.Select(purge => Math.Round((purge.CreatedTo!.Value - TimeProvider.System.GetUtcNow()).TotalDays)));
    }

    [Fact]
    public async Task By_default_no_job_and_no_video_goes_however_old_it_is()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite, options => options.ImageRetentionDays = 0);
        JobRecord over = await EndAsync(app, await StartAsync(app));
        await app.Storage.Videos.GetBlobClient($"{over.Id}.mp4").UploadAsync(BinaryData.FromString("a video"));

        await RunAsync(app, TimeSpan.FromDays(3650));

        Assert.NotNull(await app.Store.FindAsync(over.Id, CancellationToken.None));
        Assert.True(await app.Storage.Videos.GetBlobClient($"{over.Id}.mp4").ExistsAsync());
        Assert.Contains(app.Log.Lines, line => line.Contains("The retention has finished", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_old_image_is_removable_when_no_live_job_stands_on_it()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite);
        string sha256 = await PutImageAsync(app);
        RetentionRun retention = app.Get<RetentionRun>();
        DateTimeOffset later = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1);
        Assert.True(await IsRemovableAsync(later));
        Assert.False(await IsRemovableAsync(later - TimeSpan.FromDays(2)));

        JobRecord job = await StartAsync(app, $"/v1/images/{sha256}");
        Assert.False(await IsRemovableAsync(later));
        await EndAsync(app, job);
        Assert.True(await IsRemovableAsync(later));

        async Task<bool> IsRemovableAsync(DateTimeOffset before) =>
            (await retention.RemovableImagesAsync(before, CancellationToken.None)).Any(image => image.Sha256 == sha256);
    }

    [Fact]
    public async Task An_old_image_that_a_new_job_names_while_the_retention_looks_stays()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite);
        string sha256 = await PutImageAsync(app);
        IReadOnlyList<ImageVersion> removable = await app.Get<RetentionRun>().RemovableImagesAsync(
            TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1), CancellationToken.None);
        await StartAsync(app, $"/v1/images/{sha256}");
        Assert.False(await app.Get<ImageStore>().RemoveAsync(removable.Single(image => image.Sha256 == sha256), CancellationToken.None));
        Assert.NotNull(await app.Get<ImageStore>().FindAsync(Client, sha256, CancellationToken.None));
    }

    [Fact]
    public async Task An_old_image_that_is_handed_in_again_is_as_good_as_new()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite);
        ImageStore images = app.Get<ImageStore>();
        byte[] content = Guid.NewGuid().ToByteArray();
        string sha256 = await images.SaveAsync(Client, content, ImageKind.Png, CancellationToken.None);
        ImageVersion before = (await images.FindAsync(Client, sha256, CancellationToken.None))!;
        await images.SaveAsync(Client, content, ImageKind.Png, CancellationToken.None);
        Assert.False(await images.RemoveAsync(before, CancellationToken.None));
    }

    [Theory]
    [InlineData(ImageDelivery.Host)]
    [InlineData(ImageDelivery.Files)]
    public async Task A_job_whose_image_is_gone_fails_before_anything_is_paid(ImageDelivery delivery)
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite, options =>
        {
            options.ImageDelivery = delivery;
            options.PublicBaseUrl = new Uri("https://app.example.com/");
            options.Callback.Keys["k1"] = "a-secret-of-the-tests-that-is-long-enough";
            options.Callback.CurrentKey = "k1";
        });
        string sha256 = await PutImageAsync(app);
        JobRecord job = await StartAsync(app, $"/v1/images/{sha256}");
        StoredRequest request = await app.Store.ReadRequestAsync(job.Id, CancellationToken.None);
        Assert.True(await app.Get<ImageStore>().RemoveAsync((await app.Get<ImageStore>().FindAsync(Client, sha256, CancellationToken.None))!, CancellationToken.None));
        ImagePlan plan = await app.Get<ImageDispatch>().PlanAsync(job, request, CancellationToken.None);
        Assert.Equal((null, "image_not_found"), (plan.Intent, plan.Error?.Code));
    }

    [Fact]
    public async Task What_cannot_be_read_stops_neither_the_removal_of_jobs_nor_that_of_images()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite, options => options.RecordRetentionDays = 90);
        JobRecord spoiled = await StartAsync(app);
        JobRecord over = await EndAsync(app, await StartAsync(app));
        await app.SpoilAsync(spoiled.Id);
        await app.Storage.Generations.GetBlobClient($"requests/{spoiled.Id}.json").UploadAsync(BinaryData.FromString("nothing"), overwrite: true);
        string sha256 = await PutImageAsync(app);
        await RunAsync(app, TimeSpan.FromDays(91));
        Assert.Null(await app.Store.FindAsync(over.Id, CancellationToken.None));
        Assert.Null(await app.Get<ImageStore>().FindAsync(Client, sha256, CancellationToken.None));
        Assert.Contains(app.Log.Lines, line => line.Contains("could not be handled", StringComparison.Ordinal) && line.Contains(spoiled.Id.Value, StringComparison.Ordinal));
        await app.Storage.Generations.DeleteBlobAsync($"records/{spoiled.Id}.json");
        await app.Storage.Generations.DeleteBlobAsync($"active/{spoiled.Id}");
    }

    [Fact]
    public async Task A_run_that_does_not_keep_up_says_how_far_behind_it_is_and_the_next_one_goes_on()
    {
        await using StoredApp app = await StoredApp.StartAsync(azurite, options => options.RecordRetentionDays = 90);
        JobRecord[] over = [await EndAsync(app, await StartAsync(app)), await EndAsync(app, await StartAsync(app))];
        RetentionRun retention = ActivatorUtilities.CreateInstance<RetentionRun>(app.Services, new LaterTime(TimeSpan.FromDays(95)));
        Dictionary<string, double> told = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Name.StartsWith("evolink.retention.", StringComparison.Ordinal))
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => told[instrument.Name] = value);
        listener.Start();

        retention.LongestRun = TimeSpan.Zero;
        await retention.RunAsync(app.Durable, CancellationToken.None);
        listener.RecordObservableInstruments();
        Assert.True(told["evolink.retention.left"] >= 2);
        Assert.Equal(5, told["evolink.retention.lag"] / 86400, 0);
        foreach (JobRecord job in over)
            Assert.NotNull(await app.Store.FindAsync(job.Id, CancellationToken.None));

        retention.LongestRun = TimeSpan.FromMinutes(1);
        await retention.RunAsync(app.Durable, CancellationToken.None);
        listener.RecordObservableInstruments();
        Assert.Equal((0, 0), (told["evolink.retention.left"], told["evolink.retention.lag"]));
        foreach (JobRecord job in over)
            Assert.Null(await app.Store.FindAsync(job.Id, CancellationToken.None));
    }

    private static async Task<string> PutImageAsync(StoredApp app)
    {
        string sha256 = Convert.ToHexStringLower([.. Guid.NewGuid().ToByteArray(), .. Guid.NewGuid().ToByteArray()]);
        await app.Storage.Images.GetBlobClient($"{Client}/{sha256}").UploadAsync(new BinaryData("an image"));
        return sha256;
    }

    private static Task<JobRecord> StartAsync(StoredApp app, string image = "https://example.com/cat.png") =>
        app.StartAsync(StoredJobs.Wanted(Client, image: image));

    private static Task<JobRecord> EndAsync(StoredApp app, JobRecord job) => app.EndAsync(job);

    private static Task RunAsync(StoredApp app, TimeSpan later) =>
        ActivatorUtilities.CreateInstance<RetentionRun>(app.Services, new LaterTime(later)).RunAsync(app.Durable, CancellationToken.None);
}
