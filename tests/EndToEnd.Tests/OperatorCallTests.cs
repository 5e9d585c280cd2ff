using Azure.Storage.Blobs.Models;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using EndToEnd.Tests.Support;
using Evolink.Functions.Generations;
using Evolink.Functions.Retention;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>What operators do: look, hold back, remove; and what time removes by itself.</summary>
public sealed class OperatorCallTests(AzuriteFixture azurite)
{
    private static readonly SimulatorOptions Instant = new() { AllowLoopback = true, TaskDuration = TimeSpan.Zero };

    [Fact]
    public async Task A_job_is_found_by_its_task_and_its_story_holds_ledger_deliveries_and_orchestrations_and_no_secret()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        await using Receiver receiver = await Receiver.AnsweringAsync(204);
        using HttpClient client = app.Client();
        using HttpClient operators = app.Client(TestApp.OperatorKey);
        string image = await client.UploadSampleAsync();
        JobId id = await client.StartAsync(Api.Body(image: image, more: $$""","callback_url":"{{receiver.Url}}hook?token=very-secret" """));
        JobRecord job = await app.EndOfAsync(id);
        await receiver.CallsAsync(1);

        JsonElement found = await operators.GetFromJsonAsync<JsonElement>($"v1/tasks?evolink_task_id={job.CurrentAttempt!.TaskId}");
        Assert.Equal(id.Value, Assert.Single(found.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());

        string story = await operators.GetStringAsync($"v1/tasks/{id}/story");
        JsonElement told = JsonDocument.Parse(story).RootElement;
        Assert.Equal(job.CurrentAttempt.TaskId, told.GetProperty("record").GetProperty("attempts")[0].GetProperty("task_id").GetString());
        Assert.Equal(id.Value, told.GetProperty("claims").GetProperty(job.CurrentAttempt.TaskId!).GetString());
        Assert.Equal(["GenerateVideo", "DeliverWebhook"], told.GetProperty("orchestrations").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        JsonElement[] events = [.. told.GetProperty("orchestrations")[0].GetProperty("events").EnumerateArray()];
        Assert.Equal(
            [nameof(SubmitGeneration), nameof(CollectVideo)],
            events.Where(each => each.GetProperty("kind").GetString() == "TaskScheduledEvent").Select(each => each.GetProperty("name").GetString()).Distinct());
        Assert.Equal(("ExecutionCompletedEvent", "Completed"), (events[^1].GetProperty("kind").GetString(), events[^1].GetProperty("name").GetString()));
        foreach (string secret in (string[])["very-secret", "piano", "sig=", image])
            Assert.DoesNotContain(secret, story, StringComparison.Ordinal);

        using HttpResponseMessage refused = await client.GetAsync($"v1/tasks/{id}/story");
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
    }

    [Fact]
    public async Task A_deleted_job_leaves_nothing_and_an_image_that_another_job_stands_on_stays()
    {
        // A client of this test's own: batches of another one may be under way, and may stand on any image of theirs.
        (string name, string key) = ($"c{Guid.NewGuid():N}", $"key-{Guid.NewGuid():N}");
        await using TestApp app = await TestApp.StartAsync(
            azurite, new TestAppOptions { Simulator = Instant, Settings = new Dictionary<string, string?> { [$"Evolink:ClientKeys:{name}:0"] = key } });
        using HttpClient client = app.Client(key);
        using HttpClient operators = app.Client(TestApp.OperatorKey);
        using HttpResponseMessage upload = await client.PostAsync("v1/images", new ByteArrayContent(await File.ReadAllBytesAsync(Api.SamplePath)));
        string image = (await upload.JsonAsync()).GetProperty("url").GetString()!;
        JobId first = await client.StartAsync(Api.Body("first", image));
        JobId second = await client.StartAsync(Api.Body("second", image));
        JobRecord job = await app.EndOfAsync(first);
        await app.EndOfAsync(second);

        using HttpResponseMessage answer = await operators.DeleteAsync($"v1/tasks/{first}");
        JsonElement purged = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, purged.ToString());
        Assert.Equal(1, purged.GetProperty("videos").GetInt32());
        Assert.Equal("kept", purged.GetProperty("image").GetString());
        Assert.Equal(1, purged.GetProperty("histories").GetInt32());
        Assert.Equal(job.CurrentAttempt!.TaskId, Assert.Single(purged.GetProperty("evolink_task_ids").EnumerateArray()).GetString());
        Assert.Contains("Evolink may still hold", purged.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Empty(await BlobsOfAsync(app, job));
        Assert.Null(await app.Host.DurableClient.GetInstanceAsync(first.Value));
        using HttpResponseMessage again = await operators.DeleteAsync($"v1/tasks/{first}");
        await again.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
        Assert.Equal("completed", (await client.TaskAsync(second)).GetProperty("status").GetString());

        using HttpResponseMessage last = await operators.DeleteAsync($"v1/tasks/{second}");
        Assert.Equal("removed", (await last.JsonAsync()).GetProperty("image").GetString());
        using HttpResponseMessage gone = await client.GetAsync(new Uri(image));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_deletion_that_died_half_way_is_finished_by_the_next_and_nothing_opens_the_job_in_between()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant with { FetchImages = false } });
        using HttpClient client = app.Client();
        using HttpClient operators = app.Client(TestApp.OperatorKey);
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Reject(400, "content_policy_violation", "invalid_request_error", "No.") }));
        JobId id = await client.StartAsync();
        JobRecord job = await app.EndOfAsync(id);
        // As far as a crash may have left it: marked, without its request and its index entry.
        await app.Store.UpdateAsync(id, record => record.WithRemoval(TimeProvider.System.GetUtcNow()), CancellationToken.None);
        BlobContainerClient container = app.Host.Services.GetRequiredService<EvolinkStorage>().Generations;
        await container.DeleteBlobAsync($"requests/{id}.json");

        using HttpResponseMessage reopened = await operators.PostAsync($"v1/tasks/{id}/attach", """{"evolink_task_id":"task-unified-1"}""");
        Assert.Equal(HttpStatusCode.Conflict, reopened.StatusCode);
        using HttpResponseMessage answer = await operators.DeleteAsync($"v1/tasks/{id}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await BlobsOfAsync(app, job));
    }

    [Fact]
    public async Task A_job_that_is_not_over_is_not_deleted_and_clients_delete_nothing()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant with { TaskDuration = TimeSpan.FromSeconds(30), FetchImages = false } });
        using HttpClient client = app.Client();
        using HttpClient operators = app.Client(TestApp.OperatorKey);
        JobId id = await client.StartAsync();
        using HttpResponseMessage early = await operators.DeleteAsync($"v1/tasks/{id}");
        await early.AssertErrorAsync(HttpStatusCode.Conflict, "job_not_over");
        using HttpResponseMessage own = await client.DeleteAsync($"v1/tasks/{id}");
        await own.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        Assert.NotNull(await app.Store.FindAsync(id, CancellationToken.None));
    }

    [Fact]
    public async Task While_an_operator_holds_submits_back_jobs_park_and_health_says_so_and_they_go_on_afterwards()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant with { FetchImages = false } });
        using HttpClient client = app.Client();
        using HttpClient anybody = app.Client(key: null);
        using HttpClient operators = app.Client(TestApp.OperatorKey);
        using HttpResponseMessage refused = await client.PostAsync("v1/submits/pause", string.Empty);
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        using HttpResponseMessage paused = await operators.PostAsync("v1/submits/pause", string.Empty);
        Assert.Equal("stopped", (await paused.JsonAsync()).GetProperty("state").GetString());

        JobId id = await client.StartAsync();
        JsonElement health = await anybody.GetFromJsonAsync<JsonElement>("healthz/ready");
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal("stopped", health.GetProperty("submits").GetProperty("state").GetString());
        Assert.All(["storage", "engine", "evolink"], name => Assert.True(health.GetProperty("checks").GetProperty(name).GetProperty("latency_ms").GetInt64() >= 0));
        Assert.False(health.TryGetProperty("credits", out _));
        Assert.True((await operators.GetFromJsonAsync<JsonElement>("healthz")).GetProperty("credits").GetProperty("remaining").GetDecimal() > 0);
        Assert.Equal("ok", (await anybody.GetFromJsonAsync<JsonElement>("healthz/live")).GetProperty("status").GetString());
        Assert.Empty((await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges);

        using HttpResponseMessage resumed = await operators.PostAsync("v1/submits/resume", string.Empty);
        Assert.Equal("open", (await resumed.JsonAsync()).GetProperty("state").GetString());
        await app.Host.DurableClient.RaiseEventAsync(id.Value, "Wake");
        // What was held back is let go by the next look; the wake brings it forward.
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(id)).State);
    }

    [Fact]
    public async Task What_is_old_enough_goes_and_what_is_not_stays()
    {
        // Other tests keep their images in the same storage.
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = Instant with { FetchImages = false },
            Settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Evolink:ImageRetentionDays"] = "0" },
        });
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        JobRecord job = await app.EndOfAsync(id);
        await app.Host.DurableClient.WaitForInstanceCompletionAsync(id.Value);

        await RetentionAsync(app, TimeSpan.FromDays(1));
        Assert.NotNull(await app.Store.FindAsync(id, CancellationToken.None));
        await RetentionAsync(app, TimeSpan.FromDays(8));
        Assert.Null(await app.Host.DurableClient.GetInstanceAsync(id.Value));
        Assert.NotNull(await app.Store.FindAsync(id, CancellationToken.None));
        await RetentionAsync(app, TimeSpan.FromDays(91));
        Assert.Empty(await BlobsOfAsync(app, job));
    }

    [Fact]
    public async Task An_old_image_is_removable_when_no_live_job_stands_on_it()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = Instant with { TaskDuration = TimeSpan.FromSeconds(30) },
            Settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Evolink:ClientKeys:retention:0"] = "client-key-of-the-retention-test" },
        });
        using HttpClient client = app.Client("client-key-of-the-retention-test");
        string image = await client.UploadSampleAsync();
        (string, string) stored = ("retention", image[^64..]);
        RetentionRun retention = app.Host.Services.GetRequiredService<RetentionRun>();
        DateTimeOffset later = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1);
        Assert.Contains(stored, await retention.RemovableImagesAsync(later, CancellationToken.None));
        Assert.DoesNotContain(stored, await retention.RemovableImagesAsync(later - TimeSpan.FromDays(2), CancellationToken.None));

        JobId id = await client.StartAsync(Api.Body(image: image));
        Assert.DoesNotContain(stored, await retention.RemovableImagesAsync(later, CancellationToken.None));
        await client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        await app.EndOfAsync(id);
        while (await app.Store.FindActiveMarkerAsync(id, CancellationToken.None) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        Assert.Contains(stored, await retention.RemovableImagesAsync(later, CancellationToken.None));
    }

    // The timer's work as it is done so much later: storage keeps its own clock, so the run's is set ahead. It touches the jobs of this app's hub alone.
    private static Task RetentionAsync(TestApp app, TimeSpan later) => ActivatorUtilities
        .CreateInstance<RetentionRun>(app.Host.Services, new LaterTime(later))
        .RunAsync(app.Host.DurableClient, CancellationToken.None);

    private static async Task<List<string>> BlobsOfAsync(TestApp app, JobRecord job)
    {
        EvolinkStorage storage = app.Host.Services.GetRequiredService<EvolinkStorage>();
        List<string> found = [];
        foreach (BlobContainerClient container in (BlobContainerClient[])[storage.Generations, storage.Videos])
        {
            await foreach (Azure.Storage.Blobs.Models.BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken))
            {
                if (blob.Name.Contains(job.Id.Value, StringComparison.Ordinal) || (job.CurrentAttempt?.TaskId is { } task && blob.Name.EndsWith(task, StringComparison.Ordinal)))
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
