using System.Security.Cryptography;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Videos;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Videos;

/// <summary>Copies of videos under the names of their uploads: on real storage, with the metadata that a saved video has.</summary>
public sealed class NamedVideosTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _folder = $"{Guid.NewGuid():N}";

    private string Name => $"{_folder}/cat.mp4";

    [Fact]
    public async Task A_copy_has_the_name_and_a_second_time_changes_nothing()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = await SavedAsync(pipeline, "cat.png", minute: 0);

        Assert.True(await pipeline.Get<NamedVideos>().CopyAsync(job, None));
        BlobProperties first = await PropertiesAsync(pipeline, Name);
        Assert.True(await pipeline.Get<NamedVideos>().CopyAsync(job, None));

        Assert.Equal(first.ETag, (await PropertiesAsync(pipeline, Name)).ETag);
        Assert.Equal(("video/mp4", job.Id.Value), (first.ContentType, first.Metadata["job"]));
        Assert.True(await pipeline.Storage.Videos.GetBlobClient(job.Video!.Blob).ExistsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_versions_of_an_upload_the_newer_has_the_name_whichever_is_finished_first(bool newerFirst)
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord[] versions = [await SavedAsync(pipeline, "cat.png", minute: 0), await SavedAsync(pipeline, "cat.png", minute: 1)];

        foreach (JobRecord job in newerFirst ? versions.Reverse() : versions)
            Assert.True(await pipeline.Get<NamedVideos>().CopyAsync(job, None));

        Assert.Equal(versions[1].Id.Value, (await PropertiesAsync(pipeline, Name)).Metadata["job"]);
        Assert.Equal([$"by-name/{Name}"], await NamesAsync(pipeline));
    }

    [Fact]
    public async Task Another_upload_and_a_blob_of_somebody_else_keep_their_name_and_the_id_follows()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord png = await SavedAsync(pipeline, "cat.png", minute: 0);
        JobRecord jpg = await SavedAsync(pipeline, "cat.jpg", minute: 1);
        JobRecord dog = await SavedAsync(pipeline, "dog.png", minute: 2);
        await pipeline.Storage.Videos.GetBlobClient($"by-name/{_folder}/dog.mp4").UploadAsync(new BinaryData("mine"), None);

        foreach (JobRecord job in new[] { png, jpg, dog, jpg })
            Assert.True(await pipeline.Get<NamedVideos>().CopyAsync(job, None));

        string[] names =
            [$"by-name/{_folder}/cat-{jpg.Id}.mp4", $"by-name/{_folder}/cat.mp4", $"by-name/{_folder}/dog-{dog.Id}.mp4", $"by-name/{_folder}/dog.mp4"];
        Assert.Equal(names, await NamesAsync(pipeline));
        Assert.Equal("mine", (await pipeline.Storage.Videos.GetBlobClient(names[3]).DownloadContentAsync()).Value.Content.ToString());
    }

    [Fact]
    public async Task Twenty_at_once_for_one_name_end_with_the_newest_and_no_other()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        List<JobRecord> versions = [];
        for (int minute = 0; minute < 20; minute++)
            versions.Add(await SavedAsync(pipeline, "cat.png", minute));

        // What comes too late too often is tried again by the sweep.
        List<JobRecord> left = [.. versions];
        while (left.Count > 0)
        {
            bool[] done = await Task.WhenAll(left.Select(job => pipeline.Get<NamedVideos>().CopyAsync(job, None)));
            left = [.. left.Where((_, i) => !done[i])];
        }

        Assert.Equal(versions[^1].Id.Value, (await PropertiesAsync(pipeline, Name)).Metadata["job"]);
        Assert.Equal([$"by-name/{Name}"], await NamesAsync(pipeline));
    }

    [Fact]
    public async Task A_delete_takes_the_jobs_own_copy_and_no_other()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord png = await SavedAsync(pipeline, "cat.png", minute: 0);
        JobRecord jpg = await SavedAsync(pipeline, "cat.jpg", minute: 1);
        foreach (JobRecord job in new[] { png, jpg })
            Assert.True(await pipeline.Get<NamedVideos>().CopyAsync(job, None));

        Assert.Equal([$"by-name/{_folder}/cat-{jpg.Id}.mp4"], await pipeline.Get<NamedVideos>().RemoveAsync(jpg, None));
        Assert.Equal([$"by-name/{Name}"], await NamesAsync(pipeline));
        Assert.Equal([$"by-name/{Name}"], await pipeline.Get<NamedVideos>().RemoveAsync(png, None));
        Assert.Empty(await NamesAsync(pipeline));
    }

    [Fact]
    public async Task A_video_that_is_gone_and_a_job_without_a_name_hold_nothing_up()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = await SavedAsync(pipeline, "cat.png", minute: 0);
        await pipeline.Storage.Videos.DeleteBlobAsync(job.Video!.Blob);

        Assert.True(await pipeline.Get<NamedVideos>().CopyAsync(job, None));
        Assert.True(await pipeline.Get<NamedVideos>().CopyAsync(job with { Origin = null }, None));
        Assert.Contains(pipeline.Log.Lines, line => line.Contains("given up: True", StringComparison.Ordinal));
        Assert.Empty(await NamesAsync(pipeline));
    }

    /// <summary>A completed job of an upload, its video saved as the pipeline saves it.</summary>
    private async Task<JobRecord> SavedAsync(TestPipeline pipeline, string upload, int minute)
    {
        JobRecord waiting = Jobs.Waiting();
        JobRecord job = waiting with
        {
            AcceptedAt = Jobs.Start + TimeSpan.FromMinutes(minute),
            Source = "blob",
            Origin = new JobOrigin { UploadName = $"{_folder}/{upload}", UploadVersion = $"v{minute}", OutputName = Name.Replace("cat", upload[..3], StringComparison.Ordinal) },
        };
        VideoBlob blob = new(pipeline.Storage.Videos.GetBlockBlobClient(VideoStore.BlobName(job.Id, 1)), job, job.CurrentAttempt!);
        byte[] video = TestVideos.Mp4(1000 + minute);
        string hash = Convert.ToHexStringLower(SHA256.HashData(video));
        ulong crc = Crc64.Append(Crc64.Empty, video);
        await blob.PutAsync(new ArraySegment<byte>(video), crc, "video/mp4", hash, None);
        return job with { State = JobState.Completed, Video = new SavedVideo(blob.Name, video.Length, hash, "video/mp4", Jobs.Start) };
    }

    private static async Task<BlobProperties> PropertiesAsync(TestPipeline pipeline, string name) =>
        await pipeline.Storage.Videos.GetBlobClient($"by-name/{name}").GetPropertiesAsync();

    private async Task<string[]> NamesAsync(TestPipeline pipeline) =>
        await pipeline.Storage.Videos.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"by-name/{_folder}/", None)
            .Select(blob => blob.Name).Order(StringComparer.Ordinal).ToArrayAsync();
}
