using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Generations;

public sealed class GenerationStoreTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static StoredRequest Request(string prompt) => new(new VideoGenerationRequest { Prompt = prompt, ImageUrls = ["https://example.com/a.png?sig=x"] }, []);

    [Fact]
    public async Task A_job_reads_back_as_it_was_written()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = Jobs.Waiting() with { CancelRequestedAt = Jobs.Start, Progress = 40, Video = Jobs.Video };
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        Assert.Equivalent(job, await pipeline.Store.ReadAsync(job.Id, None), strict: true);
    }

    [Fact]
    public async Task Of_many_who_write_one_job_one_creates_it_and_all_see_the_same()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = Jobs.Accepted() with { RequestDigest = RequestDigest.Of(Request("cat").Body) };
        (JobRecord? Record, bool Created)[] results = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => pipeline.Store.CreateAsync(job, Request("cat"), None)));
        Assert.Single(results, result => result.Created);
        Assert.All(results, result => Assert.Equal(job.Id, result.Record!.Id));
    }

    [Fact]
    public async Task An_id_whose_first_caller_died_after_storing_the_request_stands_for_that_request()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = Jobs.Accepted() with { RequestDigest = RequestDigest.Of(Request("cat").Body) };
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        await pipeline.Storage.Generations.GetBlobClient($"records/{job.Id}.json").DeleteAsync();

        (JobRecord? other, _) = await pipeline.Store.CreateAsync(job with { RequestDigest = RequestDigest.Of(Request("dog").Body) }, Request("dog"), None);
        Assert.Null(other);
        (JobRecord? same, bool created) = await pipeline.Store.CreateAsync(job, Request("cat"), None);
        Assert.True(created);
        Assert.Equal(job.Id, same!.Id);
    }

    [Fact]
    public async Task A_marker_that_was_set_anew_since_it_was_seen_stays()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = Jobs.Accepted() with { RequestDigest = RequestDigest.Of(Request("cat").Body) };
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        await pipeline.Storage.Generations.GetBlobClient($"records/{job.Id}.json").DeleteAsync();

        // A sweep sees the marker of a caller who died before the record; then the same request comes again.
        ActiveMarker seen = await MarkerAsync(pipeline, job.Id);
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        Assert.False(await pipeline.Store.Markers.RemoveAsync(seen, None));
        Assert.True(await pipeline.Store.Markers.RemoveAsync(await MarkerAsync(pipeline, job.Id), None));
    }

    private static async Task<ActiveMarker> MarkerAsync(TestPipeline pipeline, JobId id)
    {
        await foreach (ActiveMarker marker in pipeline.Store.Markers.ListAsync(None))
        {
            if (marker.Id == id)
                return marker;
        }

        throw new InvalidOperationException($"{id} has no marker.");
    }

    [Fact]
    public async Task No_change_is_lost_among_many_writers()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = Jobs.Accepted();
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => pipeline.Store.UpdateAsync(job.Id, record => record with { SaveTries = record.SaveTries + 1 }, None)));
        Assert.Equal(15, (await pipeline.Store.ReadAsync(job.Id, None)).SaveTries);
    }

    [Fact]
    public async Task A_record_that_was_read_is_changed_without_reading_it_again()
    {
        StorageTap tap = new();
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, services: services => services.AddSingleton<OutgoingHttp>(tap));
        JobRecord job = Jobs.Accepted();
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        JobRecord seen = await pipeline.Store.ReadAsync(job.Id, None);
        int before = tap.RecordReads;
        JobRecord once = await pipeline.Store.UpdateAsync(seen, record => record with { SaveTries = 1 }, None);
        JobRecord twice = await pipeline.Store.UpdateAsync(once, record => record with { SaveTries = record.SaveTries + 1 }, None);
        Assert.Equal(before, tap.RecordReads);
        Assert.Equal(2, twice.SaveTries);
        Assert.Equal(2, (await pipeline.Store.ReadAsync(job.Id, None)).SaveTries);
    }

    [Fact]
    public async Task No_change_is_lost_among_many_writers_who_saw_the_same()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = Jobs.Accepted();
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        JobRecord seen = await pipeline.Store.ReadAsync(job.Id, None);
        await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => pipeline.Store.UpdateAsync(seen, record => record with { SaveTries = record.SaveTries + 1 }, None)));
        Assert.Equal(15, (await pipeline.Store.ReadAsync(job.Id, None)).SaveTries);
    }

    [Fact]
    public async Task That_nothing_is_to_change_is_judged_by_what_is_there_and_not_by_what_was_seen()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobRecord job = Jobs.Accepted();
        await pipeline.Store.CreateAsync(job, Request("cat"), None);
        JobRecord seen = await pipeline.Store.ReadAsync(job.Id, None);
        await pipeline.Store.UpdateAsync(job.Id, record => record with { SaveTries = 1 }, None);
        JobRecord after = await pipeline.Store.UpdateAsync(seen, record => record.SaveTries == 0 ? record : record with { SaveTries = 7 }, None);
        Assert.Equal(7, after.SaveTries);
        Assert.Equal(7, (await pipeline.Store.ReadAsync(job.Id, None)).SaveTries);
    }

    [Fact]
    public async Task A_task_has_one_owner()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobId first = JobId.New(), second = JobId.New();
        string task = $"task-{Guid.NewGuid():N}";
        Assert.True(await pipeline.Store.Claims.ClaimAsync(task, first, 1, None));
        Assert.True(await pipeline.Store.Claims.ClaimAsync(task, first, 1, None));
        Assert.False(await pipeline.Store.Claims.ClaimAsync(task, second, 1, None));
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_named()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        JobId id = JobId.New();
        Assert.Null(await pipeline.Store.FindAsync(id, None));
        Assert.Equal(id, (await Assert.ThrowsAsync<JobNotFoundException>(() => pipeline.Store.ReadAsync(id, None))).Id);
    }

    [Fact]
    public async Task A_record_holds_neither_prompt_nor_link()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite);
        GenerationRef generation = await pipeline.AcceptAsync("a very private prompt");
        await pipeline.Submitter.SubmitAsync(generation, "a", None);
        await pipeline.EndAsync(generation);
        string record = (await pipeline.Storage.Generations.GetBlobClient($"records/{generation.Id}.json").DownloadContentAsync()).Value.Content.ToString();
        Assert.DoesNotContain("private prompt", record, StringComparison.Ordinal);
        Assert.DoesNotContain("http", record.Replace("\"http\"", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }
}
