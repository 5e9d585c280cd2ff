using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>What operators do: look and remove.</summary>
[Collection(nameof(ImagesCollection))]
public sealed class OperatorCallTests(ImagesApp images) : AppTests(images.App)
{
    [Fact]
    public async Task A_job_is_found_by_its_task_and_its_story_holds_ledger_deliveries_and_orchestrations_and_no_secret()
    {
        await using Receiver receiver = await Receiver.AnsweringAsync(204);
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        string image = await Client.UploadSampleAsync();
        JobId id = await Client.StartAsync(Api.Body(Prompt, image, $$""","callback_url":"{{receiver.Url}}hook?token=very-secret" """));
        JobRecord job = await App.EndOfAsync(id);
        await receiver.CallsAsync(1);
        await App.Durable.EndOfAsync(id.Value);

        JsonElement found = await operators.GetFromJsonAsync<JsonElement>($"v1/tasks?evolink_task_id={job.CurrentAttempt!.TaskId}");
        Assert.Equal(id.Value, Assert.Single(found.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());

        string story = await operators.GetStringAsync($"v1/tasks/{id}/story");
        JsonElement told = JsonDocument.Parse(story).RootElement;
        Assert.Equal(job.CurrentAttempt.TaskId, told.GetProperty("record").GetProperty("attempts")[0].GetProperty("task_id").GetString());
        Assert.Equal(id.Value, told.GetProperty("claims").GetProperty(job.CurrentAttempt.TaskId!).GetString());
        Assert.Equal([Names.Generation, Names.Delivery], told.GetProperty("orchestrations").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        JsonElement[] events = [.. told.GetProperty("orchestrations")[0].GetProperty("events").EnumerateArray()];
        Assert.Equal(Names.Activities, events.Where(each => each.GetProperty("kind").GetString() == "TaskScheduledEvent").Select(each => each.GetProperty("name").GetString()).Distinct());
        // A wake or an end that came too late may stand behind it.
        JsonElement end = Assert.Single(events, each => each.GetProperty("kind").GetString() == "ExecutionCompletedEvent");
        Assert.Equal("Completed", end.GetProperty("name").GetString());
        foreach (string secret in (string[])["very-secret", "piano", "sig=", image])
            Assert.DoesNotContain(secret, story, StringComparison.Ordinal);

        using HttpResponseMessage refused = await Client.GetAsync($"v1/tasks/{id}/story");
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
    }

    [Fact]
    public async Task A_deleted_job_leaves_nothing_and_an_image_that_another_job_stands_on_stays()
    {
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        string image = await Client.UploadSampleAsync();
        JobId first = await Client.StartAsync(Api.Body("first", image));
        JobId second = await Client.StartAsync(Api.Body("second", image));
        JobRecord job = await App.EndOfAsync(first);
        await App.EndOfAsync(second);
        await App.Durable.EndOfAsync(first.Value);

        using HttpResponseMessage answer = await operators.DeleteAsync($"v1/tasks/{first}");
        JsonElement purged = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, purged.ToString());
        Assert.Equal(1, purged.GetProperty("videos").GetInt32());
        Assert.Equal("kept", purged.GetProperty("image").GetString());
        Assert.Equal(1, purged.GetProperty("histories").GetInt32());
        Assert.Equal(job.CurrentAttempt!.TaskId, Assert.Single(purged.GetProperty("evolink_task_ids").EnumerateArray()).GetString());
        Assert.Contains("Evolink may still hold", purged.GetProperty("note").GetString(), StringComparison.Ordinal);
        // The tombstone.
        Assert.Equal([$"records/{first}.json"], await BlobsOfAsync(job));
        Assert.Null(await App.Durable.FindAsync(first.Value));
        using HttpResponseMessage again = await operators.DeleteAsync($"v1/tasks/{first}");
        await again.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
        Assert.Equal("completed", (await Client.TaskAsync(second)).GetProperty("status").GetString());

        using HttpResponseMessage last = await operators.DeleteAsync($"v1/tasks/{second}");
        Assert.Equal("removed", (await last.JsonAsync()).GetProperty("image").GetString());
        using HttpResponseMessage gone = await Client.GetAsync(new Uri(image));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_deletion_that_died_half_way_is_finished_by_the_next_and_nothing_opens_the_job_in_between()
    {
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        JobId id = await StartAsync(new FaultScript { Submit = new SubmitFault.Reject(400, "content_policy_violation", "invalid_request_error", "No.") });
        JobRecord job = await App.EndOfAsync(id);
        // As far as a crash may have left it: marked, without its request and its index entry.
        await App.Store.UpdateAsync(id, record => record.WithRemoval(TimeProvider.System.GetUtcNow()), CancellationToken.None);
        await App.Services.GetRequiredService<EvolinkStorage>().Generations.DeleteBlobAsync($"requests/{id}.json");

        using HttpResponseMessage reopened = await operators.PostAsync($"v1/tasks/{id}/attach", """{"evolink_task_id":"task-unified-1"}""");
        Assert.Equal(HttpStatusCode.Conflict, reopened.StatusCode);
        using HttpResponseMessage answer = await operators.DeleteAsync($"v1/tasks/{id}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([$"records/{id}.json"], await BlobsOfAsync(job));
    }

    [Fact]
    public async Task The_key_of_a_deleted_job_is_answered_with_410_and_nothing_is_paid_again()
    {
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        string key = Guid.NewGuid().ToString();
        JobId id = await Client.StartAsync(Api.Body(Prompt), key);
        await App.EndOfAsync(id);
        using HttpResponseMessage deleted = await operators.DeleteAsync($"v1/tasks/{id}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        using HttpResponseMessage again = await Client.GenerateAsync(Api.Body(Prompt), key);
        await again.AssertErrorAsync(HttpStatusCode.Gone, "task_removed");
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Fact]
    public async Task An_item_that_is_deleted_before_its_batch_looked_is_not_generated_and_paid_again()
    {
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        using HttpResponseMessage posted = await Client.PostAsync("v1/batches", Batches.OfImages(1, prompt: Prompt), key: null);
        string batch = (await posted.JsonAsync()).GetProperty("id").GetString()!;
        Assert.True(BatchId.TryParse(batch, out BatchId batchId));
        JobId job = batchId.JobOf(Client.Name, 0);
        while (await App.Store.FindAsync(job, CancellationToken.None) is null)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        await App.EndOfAsync(job);
        using HttpResponseMessage deleted = await operators.DeleteAsync($"v1/tasks/{job}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        JsonElement end = await Client.EndOfBatchAsync(batch);
        // Removed, unless the batch was faster.
        Assert.Equal(1, end.Count("failed") + end.Count("completed") + end.Count("removed"));
        Assert.Single((await LedgerAsync(job)).Charges);
    }

    [Fact]
    public async Task A_task_that_was_given_to_the_wrong_job_can_still_be_attached_to_the_right_one()
    {
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        string image = await Client.UploadSampleAsync();
        JobId done = await Client.StartAsync(Api.Body(Prompt, image));
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(done)).State);
        JobId wrong = await StartAsync(new FaultScript { Submit = new SubmitFault.Reject(400, "content_policy_violation", "invalid_request_error", "No.") });
        await App.EndOfAsync(wrong);
        JobId right = await StartAsync(new FaultScript { Submit = new SubmitFault.Reject(400, "content_policy_violation", "invalid_request_error", "No.") });
        await App.EndOfAsync(right);
        // A task that no job has: that of one which is not there any more.
        JobId lost = await Client.StartAsync(Api.Body(Prompt, image));
        string task = (await App.EndOfAsync(lost)).CurrentAttempt!.TaskId!;
        using (HttpResponseMessage deleted = await operators.DeleteAsync($"v1/tasks/{lost}"))
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        string body = $$"""{"evolink_task_id":"{{task}}"}""";

        // Completed: refused, and the task stays free.
        using HttpResponseMessage mistake = await operators.PostAsync($"v1/tasks/{done}/attach", body);
        await mistake.AssertErrorAsync(HttpStatusCode.Conflict, "job_has_video");
        Assert.Null(await App.Store.Claims.FindAsync(task, CancellationToken.None));

        // Failed: it takes the task, until an operator frees it.
        await App.Store.Claims.ClaimAsync(task, wrong, 1, CancellationToken.None);
        using HttpResponseMessage taken = await operators.PostAsync($"v1/tasks/{right}/attach", body);
        await taken.AssertErrorAsync(HttpStatusCode.Conflict, "task_claimed");
        using HttpResponseMessage refused = await Client.DeleteAsync($"v1/claims/{task}");
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        using HttpResponseMessage freed = await operators.DeleteAsync($"v1/claims/{task}");
        Assert.Equal(wrong.Value, (await freed.JsonAsync()).GetProperty("freed_from").GetString());
        using HttpResponseMessage mended = await operators.PostAsync($"v1/tasks/{right}/attach", body);
        Assert.Equal(HttpStatusCode.OK, mended.StatusCode);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(right)).State);
    }

    [Fact]
    public async Task A_job_that_is_not_over_is_not_deleted_and_clients_delete_their_own_alone()
    {
        JobId id = await Client.StartAsync(Api.Body(Prompt, await Client.UploadSampleAsync()));
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        using HttpResponseMessage early = await operators.DeleteAsync($"v1/tasks/{id}");
        await early.AssertErrorAsync(HttpStatusCode.Conflict, "job_not_over");
        await App.EndOfAsync(id);
        using Guest other = App.NewGuest();
        using HttpResponseMessage notMine = await other.DeleteAsync($"v1/tasks/{id}");
        await notMine.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
        Assert.NotNull(await App.Store.FindAsync(id, CancellationToken.None));

        using HttpResponseMessage own = await Client.DeleteAsync($"v1/tasks/{id}");
        Assert.Equal(1, (await own.JsonAsync()).GetProperty("videos").GetInt32());
        using HttpResponseMessage gone = await Client.GetAsync($"v1/tasks/{id}");
        await gone.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
    }

    private async Task<List<string>> BlobsOfAsync(JobRecord job)
    {
        EvolinkStorage storage = App.Services.GetRequiredService<EvolinkStorage>();
        List<string> found = [];
        foreach (BlobContainerClient container in (BlobContainerClient[])[storage.Generations, storage.Videos])
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken))
            {
                if (blob.Name.Contains(job.Id.Value, StringComparison.Ordinal) || (job.CurrentAttempt?.TaskId is { } task && blob.Name.EndsWith(task, StringComparison.Ordinal)))
                    found.Add(blob.Name);
            }
        }

        return found;
    }
}
