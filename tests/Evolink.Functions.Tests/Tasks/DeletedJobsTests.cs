using System.Text.Json;
using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Functions.Retention;
using Evolink.Functions.Tasks;
using Evolink.Functions.Tests.Support;
using Evolink.Functions.Uploads;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Uploads;
using Evolink.Testing;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Tasks;

/// <summary>What an operator deleted is gone with every copy, and nothing brings it again.</summary>
[Collection(nameof(StorageCollection))]
public sealed class DeletedJobsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Cat = File.ReadAllBytes(Path.Combine(Clone.Root, "samples", "cat.png"));

    private readonly string _client = $"deleted{Guid.NewGuid():N}";
    private StoredApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await StoredApp.StartAsync(azurite, options =>
    {
        options.Uploads.Client = _client;
        options.Uploads.SidecarWait = TimeSpan.Zero;
        options.RecordRetentionDays = 90;
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_tombstone_holds_id_client_and_time_and_nothing_else()
    {
        JobRecord job = await _app.StartAsync(StoredJobs.Wanted(_client));
        await DeleteAsync(job);
        string json = (await _app.Storage.Generations.GetBlobClient($"records/{job.Id}.json").DownloadContentAsync()).Value.Content.ToString();
        JsonElement tombstone = JsonDocument.Parse(json).RootElement;
        Assert.Equal(["client", "id", "removed_at"], tombstone.EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal((job.Id.Value, _client), (tombstone.GetProperty("id").GetString(), tombstone.GetProperty("client").GetString()));
        Assert.Null(await _app.Store.FindAsync(job.Id, None));
        Assert.Equal([$"records/{job.Id}.json"], await _app.BlobsOfAsync(job.Id.Value));
    }

    [Theory]
    [InlineData("queue")]
    [InlineData(NewGeneration.Http)]
    public async Task The_same_message_or_key_makes_nothing_of_it(string source)
    {
        NewGeneration wanted = StoredJobs.Wanted(_client, key: "the-same", source: source);
        JobRecord job = await _app.StartAsync(wanted);
        await DeleteAsync(job);
        int started = _app.Durable.Started.Count;

        Assert.IsType<IntakeResult.Removed>(await _app.AcceptAsync(wanted));
        Assert.IsType<IntakeResult.Removed>(await _app.AcceptAsync(wanted));
        Assert.Equal(started, _app.Durable.Started.Count);
        Assert.Equal([$"records/{job.Id}.json"], await _app.BlobsOfAsync(job.Id.Value));
    }

    [Fact]
    public async Task One_who_was_on_the_way_in_while_it_was_deleted_leaves_nothing()
    {
        NewGeneration wanted = StoredJobs.Wanted(_client, key: "the-same");
        JobRecord job = await _app.StartAsync(wanted);
        await DeleteAsync(job);
        // It had found nothing, before there was a job.
        (JobRecord? record, bool created) = await _app.Store.CreateAsync(job, new StoredRequest(wanted.Request, null), None);
        Assert.Equal((null, false), (record, created));
        Assert.Equal([$"records/{job.Id}.json"], await _app.BlobsOfAsync(job.Id.Value));
    }

    [Fact]
    public async Task An_upload_goes_with_the_sidecar_that_was_its_own_and_its_event_makes_nothing_of_it()
    {
        string folder = $"{Guid.NewGuid():N}";
        string name = $"{folder}/cat.png";
        await PutAsync(name, Cat);
        await PutAsync($"{folder}/cat.png.json", """{"prompt":"A cat"}"""u8.ToArray());
        // For both of the same stem.
        await PutAsync($"{folder}/cat.json", """{"duration":3}"""u8.ToArray());
        await PutAsync($"{folder}/cat.webp", Cat);
        UploadIntake intake = _app.Get<UploadIntake>();
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, None);
        await intake.TakeAsync(_app.Durable, name, None);
        Upload upload = (await _app.Get<UploadInbox>().FindAsync(name, None))!;
        JobRecord job = await _app.Store.ReadAsync(upload.JobOf(_client), None);
        string image = (await _app.Store.ReadRequestAsync(job.Id, None)).OwnImage!;

        PurgedJob purged = await DeleteAsync(job);
        Assert.Equal([$"uploads/{name}", $"uploads/{folder}/cat.png.json"], purged.Copies);
        Assert.Equal(PurgedJob.Removed, purged.Image);
        Assert.Equal([$"{folder}/cat.json", $"{folder}/cat.webp"], (await _app.BlobsOfAsync(folder)).Order());

        // The event comes once more, and the same bytes lie there, as a copy that was late.
        await intake.TakeAsync(_app.Durable, name, None);
        Assert.Null(await _app.Get<ImageStore>().FindAsync(_client, image, None));
        Assert.Null(await _app.Store.FindAsync(job.Id, None));
    }

    [Fact]
    public async Task A_new_upload_of_the_same_name_and_its_sidecar_stay()
    {
        string folder = $"{Guid.NewGuid():N}";
        string name = $"{folder}/cat.png";
        await PutAsync(name, Cat);
        await PutAsync($"{name}.json", """{"prompt":"A cat"}"""u8.ToArray());
        await _app.Get<UploadIntake>().TakeAsync(_app.Durable, name, None);
        JobRecord job = await _app.Store.ReadAsync((await _app.Get<UploadInbox>().FindAsync(name, None))!.JobOf(_client), None);
        await PutAsync(name, Cat);
        Assert.Empty((await DeleteAsync(job)).Copies);
        Assert.Equal([name, $"{name}.json"], (await _app.BlobsOfAsync(folder)).Order());
    }

    [Fact]
    public async Task An_item_of_a_batch_is_not_made_again_its_prompt_is_blanked_and_the_batch_ends()
    {
        BatchOrder order = new([.. Enumerable.Range(0, 3).Select(i => StoredJobs.Wanted(_client).Request with { Prompt = $"prompt number {i}" })], 3, OfImages: false);
        BatchIntakeResult accepted = await _app.Get<BatchIntake>().AcceptAsync(_app.Durable, _client, null, order, [], None);
        BatchRecord batch = Assert.IsType<BatchIntakeResult.Accepted>(accepted).Batch;
        await AdvanceAsync(batch);
        JobRecord job = await _app.Store.ReadAsync(batch.Id.JobOf(_client, 1), None);
        Assert.Equal([$"batches/{batch.Id}/1"], (await DeleteAsync(job)).Copies);
        string list = (await _app.Storage.Generations.GetBlobClient($"batches/{batch.Id}.requests.jsonl").DownloadContentAsync()).Value.Content.ToString();
        Assert.Equal((true, false, true), (list.Contains("number 0", StringComparison.Ordinal), list.Contains("number 1", StringComparison.Ordinal), list.Contains("number 2", StringComparison.Ordinal)));
        int started = _app.Durable.Started.Count;

        await AdvanceAsync(batch);
        foreach (int other in (int[])[0, 2])
            await _app.EndAsync(await _app.Store.ReadAsync(batch.Id.JobOf(_client, other), None));
        await AdvanceAsync(batch);
        Assert.Equal(started, _app.Durable.Started.Count);
        BatchRecord end = await _app.Get<BatchStore>().ReadAsync(batch.Id, None);
        Assert.NotNull(end.EndedAt);
        Assert.Equal([BatchItemState.Cancelled, BatchItemState.Removed, BatchItemState.Cancelled], end.Items);
        BatchView view = await _app.Get<BatchViews>().MakeAsync(end, new BatchPage(10, -1, null), new Uri("https://example.com"), None);
        Assert.Equal((3, 1), (view.Counts.Total, view.Counts.Removed));
        Assert.Equal("task_removed", view.Items![1].Error!.Code);
    }

    [Fact]
    public async Task A_request_that_never_became_a_job_is_deleted_when_it_is_old_enough()
    {
        JobRecord job = await _app.StartAsync(StoredJobs.Wanted(_client));
        await _app.Storage.Generations.DeleteBlobAsync($"records/{job.Id}.json");
        Assert.Null(await _app.Get<JobPurge>().DeleteOrphanAsync(job.Id, None));
        JobPurge later = ActivatorUtilities.CreateInstance<JobPurge>(_app.Services, new LaterTime(TimeSpan.FromHours(2)));
        Assert.Equal([$"requests/{job.Id}"], (await later.DeleteOrphanAsync(job.Id, None))!.Copies);
        Assert.DoesNotContain(await _app.BlobsOfAsync(job.Id.Value), name => name.StartsWith("requests/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tombstone_goes_by_its_age_and_not_while_a_batch_of_the_client_is_under_way()
    {
        JobRecord job = await _app.StartAsync(StoredJobs.Wanted(_client));
        await DeleteAsync(job);
        BatchOrder order = new([StoredJobs.Wanted(_client).Request], 1, OfImages: false);
        BatchRecord batch = Assert.IsType<BatchIntakeResult.Accepted>(
            await _app.Get<BatchIntake>().AcceptAsync(_app.Durable, _client, null, order, [], None)).Batch;
        await RetainAsync(TimeSpan.FromDays(91));
        Assert.NotNull(await _app.Store.LookAsync(job.Id, None));
        await _app.Get<BatchStore>().RemoveActiveMarkerAsync(batch.Id, null, None);
        await RetainAsync(TimeSpan.FromDays(89));
        Assert.NotNull(await _app.Store.LookAsync(job.Id, None));
        await RetainAsync(TimeSpan.FromDays(91));
        Assert.Null(await _app.Store.LookAsync(job.Id, None));
    }

    private Task RetainAsync(TimeSpan later) =>
        ActivatorUtilities.CreateInstance<RetentionRun>(_app.Services, new LaterTime(later)).RunAsync(_app.Durable, None);

    private Task<Step> AdvanceAsync(BatchRecord batch) => _app.Get<BatchDriver>().AdvanceAsync(_app.Durable, batch.Id, None);

    private async Task PutAsync(string name, byte[] content) =>
        await _app.Storage.Uploads.GetBlobClient(name).UploadAsync(new BinaryData(content), overwrite: true);

    private async Task<PurgedJob> DeleteAsync(JobRecord job) =>
        (await _app.Get<JobPurge>().DeleteAsync(_app.Durable, await _app.EndAsync(job), None))!;
}
