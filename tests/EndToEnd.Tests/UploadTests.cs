using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>From a blob in <c>uploads/</c> to the video, through the trigger; nothing but storage is touched.</summary>
[Collection(nameof(StorageTriggers))]
public sealed class UploadTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string UploadsVariable = "EVOLINK_TEST_UPLOADS";

    private static readonly byte[] Cat = File.ReadAllBytes(Api.SamplePath);

    private TestApp _app = null!;

    private EvolinkStorage Storage => _app.Host.Services.GetRequiredService<EvolinkStorage>();

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, StorageTriggers.Options(azurite));
        await StorageTriggers.ClearAsync(Storage);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_ordinary_upload_with_a_prompt_in_its_metadata_ends_as_a_video_with_no_other_call()
    {
        BlobClient upload = Storage.Uploads.GetBlobClient("cat.png");
        BlobContentInfo version = await upload.UploadAsync(new BinaryData(Cat), new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["prompt"] = "A cat playing piano", ["duration"] = "3" } });
        JobRecord job = await StorageTriggers.EndOfAsync(_app, StorageTriggers.JobOf("cat.png", version));
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        Assert.Equal(("alice", "blob", 3), (job.Client, job.Source, job.Duration));
        Assert.True(await Storage.Videos.GetBlobClient($"{job.Id}.mp4").ExistsAsync());
        Assert.True(await upload.ExistsAsync());
    }

    [Fact]
    public async Task Many_uploads_in_one_go_become_as_many_videos_and_charges_none_twice_with_a_restart_in_the_middle()
    {
        int count = int.Parse(Environment.GetEnvironmentVariable(UploadsVariable) ?? "60", CultureInfo.InvariantCulture);
        BlobUploadOptions prompt = new() { Metadata = new Dictionary<string, string> { ["prompt"] = "A cat playing piano", ["duration"] = "2" } };
        JobId[] jobs = new JobId[count];
        TimeProvider clock = TimeProvider.System;
        long began = clock.GetTimestamp();
        await Parallel.ForAsync(0, count, async (number, cancellationToken) =>
        {
            string name = $"many/{number:D4}.png";
            BlobContentInfo version = await Storage.Uploads.GetBlobClient(name).UploadAsync(new BinaryData(Cat), prompt, cancellationToken);
            jobs[number] = StorageTriggers.JobOf(name, version);
        });
        TimeSpan uploaded = clock.GetElapsedTime(began);

        await StorageTriggers.EndOfAsync(_app, jobs[count / 3]);
        await _app.StopHostAsync();
        await _app.StartHostAsync();
        foreach (JobId id in jobs)
        {
            JobRecord job = await StorageTriggers.EndOfAsync(_app, id);
            Assert.True(job.State == JobState.Completed, $"{id}: {job.State} {job.Error}");
        }

        LedgerReport ledger = await _app.Simulator.ReadLedgerAsync(withVideos: false);
        Assert.Equal(count, ledger.Charges.Count);
        Assert.Equal(jobs.Select(id => $"{id}.1").Order(StringComparer.Ordinal), ledger.Charges.Select(charge => charge.IdempotencyKey).Order(StringComparer.Ordinal));
        foreach (JobId id in jobs)
            Assert.True(await Storage.Videos.GetBlobClient($"{id}.mp4").ExistsAsync());
        TestContext.Current.SendDiagnosticMessage($"{count} uploads in {uploaded.TotalSeconds:F1} s; videos after {clock.GetElapsedTime(began).TotalSeconds:F1} s; {ledger.Charges.Count} charges.");
    }
}
