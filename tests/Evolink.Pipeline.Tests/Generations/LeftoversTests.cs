using Azure.Storage.Blobs.Specialized;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Generations;

public sealed class LeftoversTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_request_that_never_became_a_job_is_found_after_a_day()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobId[] ids = [await JobAsync(pipeline, Jobs.Accepted()), await JobAsync(pipeline, Jobs.Accepted()), await JobAsync(pipeline, Jobs.Accepted())];
        await pipeline.Storage.Generations.GetBlobClient($"records/{ids[1]}.json").DeleteAsync();

        ManualTimeProvider time = new(TimeProvider.System.GetUtcNow());
        Leftovers leftovers = new(pipeline.Storage, pipeline.Store, time);
        Assert.DoesNotContain($"requests/{ids[1]}.json", await leftovers.RequestsWithoutRecordAsync(None));
        time.Advance(TimeSpan.FromDays(2));
        IReadOnlyList<string> found = await leftovers.RequestsWithoutRecordAsync(None);
        Assert.Equal([$"requests/{ids[1]}.json"], ids.Select(id => $"requests/{id}.json").Intersect(found));
    }

    [Fact]
    public async Task Staged_blocks_are_found_once_nobody_will_commit_them()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobId running = await JobAsync(pipeline, Jobs.Waiting());
        JobId over = await JobAsync(pipeline, Jobs.Waiting() with { State = JobState.Failed });
        foreach (string name in new[] { $"{running}.mp4", $"{over}-a2.mp4", "of-nobody.mp4" })
            await pipeline.Storage.Videos.GetBlockBlobClient(name).StageBlockAsync("AAAA", new MemoryStream([1, 2, 3]));

        IReadOnlyList<string> found = await new Leftovers(pipeline.Storage, pipeline.Store, TimeProvider.System).StagedVideosAsync(None);
        Assert.Contains($"{over}-a2.mp4", found);
        Assert.Contains("of-nobody.mp4", found);
        Assert.DoesNotContain($"{running}.mp4", found);
    }

    private static async Task<JobId> JobAsync(TestPipeline pipeline, JobRecord job)
    {
        StoredRequest request = new(new VideoGenerationRequest { Prompt = "cat", ImageUrls = ["https://example.com/a.png"] }, []);
        JobRecord mine = job with { Id = JobId.New(), RequestDigest = RequestDigest.Of(request.Body) };
        await pipeline.Store.CreateAsync(mine, request, None);
        return mine.Id;
    }
}
