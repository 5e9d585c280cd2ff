using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using EndToEnd.Tests.Support;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>From a blob in <c>uploads/</c> to the video, through the trigger, which is told of it as Event Grid does; nothing but storage is touched.</summary>
[Collection(nameof(TriggersCollection))]
public sealed class UploadTests(TriggersApp triggers) : AppTests(triggers.App)
{
    private const string UploadsVariable = "EVOLINK_TEST_UPLOADS";

    private static readonly byte[] Cat = File.ReadAllBytes(Api.SamplePath);

    private EvolinkStorage Storage => App.Services.GetRequiredService<EvolinkStorage>();

    private Dictionary<string, string> Metadata => new() { ["prompt"] = Prompt, ["duration"] = "3" };

    [Fact]
    public async Task An_ordinary_upload_with_a_prompt_in_its_metadata_ends_as_a_video_and_the_next_version_as_another()
    {
        await using UploadEvents events = UploadEvents.Start(App.ConnectionString, App.Host.BaseUrl);
        string name = $"{Guid.NewGuid():N}/a cat, with spaces & ünïcödé.png";
        JobId first = await PutAsync(name, Cat, Metadata);
        JobRecord job = await App.EndOfAsync(first);
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        Assert.Equal(("alice", "blob", 3), (job.Client, job.Source, job.Duration));
        BlobProperties video = await Storage.Videos.GetBlobClient($"{job.Id}.mp4").GetPropertiesAsync();
        Assert.Equal(name, Uri.UnescapeDataString(video.Metadata["source_name"]));
        JobSource source = JobSource.Of(job);
        Assert.Equal(("blob", "uploads", name, job.Origin!.UploadVersion), (source.Kind, source.Container, source.Name, source.Version));
        Assert.True(await Storage.Uploads.GetBlobClient(name).ExistsAsync());

        JobId second = await PutAsync(name, Cat, Metadata);
        Assert.NotEqual(first, second);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(second)).State);
        // The end is written before the copy is made, and the events go out.
        BlobClient named = Storage.Videos.GetBlobClient($"by-name/{Path.ChangeExtension(name, ".mp4")}");
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!await named.ExistsAsync(patience.Token) || (await named.GetPropertiesAsync(cancellationToken: patience.Token)).Value.Metadata["job"] != second.Value)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        Assert.Equal(2, (await App.Simulator.ReadLedgerAsync(withVideos: false)).Tasks.Count(task => task.Prompt == Prompt));
    }

    [Fact]
    public async Task An_upload_that_cannot_be_used_is_moved_aside_with_the_reason_and_a_sidecar_that_comes_later_starts_it()
    {
        await using UploadEvents events = UploadEvents.Start(App.ConnectionString, App.Host.BaseUrl);
        string name = $"{Guid.NewGuid():N}.png";
        JobId id = await PutAsync(name, Cat);
        BlobClient reason = await ReasonOfAsync(name);
        Assert.Equal("prompt_missing", JsonElement.Parse((await reason.DownloadContentAsync()).Value.Content).GetProperty("code").GetString());

        await PutAsync(Path.ChangeExtension(name, ".json"), JsonSerializer.SerializeToUtf8Bytes(new { prompt = Prompt }));
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await App.Simulator.ReadLedgerAsync(withVideos: false)).Tasks, task => task.Prompt == Prompt);
    }

    [Fact]
    public async Task Many_uploads_in_one_go_become_as_many_videos_and_charges_none_twice_with_a_restart_in_the_middle()
    {
        int count = int.Parse(Environment.GetEnvironmentVariable(UploadsVariable) ?? "40", CultureInfo.InvariantCulture);
        string folder = $"{Guid.NewGuid():N}";
        JobId[] jobs = new JobId[count];
        await using (UploadEvents events = UploadEvents.Start(App.ConnectionString, App.Host.BaseUrl))
        {
            await Parallel.ForAsync(0, count, async (number, _) => jobs[number] = await PutAsync($"{folder}/{number:D4}.png", Cat, Metadata));
            await App.EndOfAsync(jobs[count / 3]);
        }

        await App.StopHostAsync();
        await App.StartHostAsync();
        // It tells of everything again.
        await using UploadEvents again = UploadEvents.Start(App.ConnectionString, App.Host.BaseUrl);
        foreach (JobId id in jobs)
        {
            JobRecord job = await App.EndOfAsync(id);
            Assert.True(job.State == JobState.Completed, $"{id}: {job.State} {job.Error}");
            Assert.True(await Storage.Videos.GetBlobClient($"{id}.mp4").ExistsAsync());
        }

        LedgerReport ledger = await LedgerAsync(jobs);
        Assert.Equal(jobs.Select(id => $"{id}.1").Order(StringComparer.Ordinal), ledger.Charges.Select(charge => charge.IdempotencyKey).Order(StringComparer.Ordinal));
        Assert.Equal(count, (await App.Simulator.ReadLedgerAsync(withVideos: false)).Tasks.Count(task => task.Prompt == Prompt));
    }

    /// <summary>Puts a blob there, and says which job it would be.</summary>
    private async Task<JobId> PutAsync(string name, byte[] content, Dictionary<string, string>? metadata = null)
    {
        BlobContentInfo version = await Storage.Uploads.GetBlobClient(name).UploadAsync(new BinaryData(content), new BlobUploadOptions { Metadata = metadata });
        return JobId.From("blob", "alice", $"{name}\n{version.ETag.ToString("G").Trim('"')}");
    }

    private async Task<BlobClient> ReasonOfAsync(string name)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (true)
        {
            await foreach (BlobItem blob in Storage.Rejected.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, patience.Token))
            {
                if (blob.Name.Contains(name, StringComparison.Ordinal) && blob.Name.EndsWith("/reason.json", StringComparison.Ordinal))
                    return Storage.Rejected.GetBlobClient(blob.Name);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }
}
