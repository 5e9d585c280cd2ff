using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;

namespace EndToEnd.Tests;

/// <summary>From a request over HTTP to the video in storage, whatever Evolink does meanwhile.</summary>
public sealed class GenerationTests(Apps apps) : AppTests(apps.Usual)
{
    [Fact]
    public async Task With_callbacks_lost_polling_finishes_it()
    {
        JobId id = await StartAsync(new FaultScript { Callbacks = [new CallbackFault.Never()] });
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Submits);
    }

    [Fact]
    public async Task A_callback_that_comes_before_the_submits_answer_is_not_lost()
    {
        JobId id = await StartAsync(new FaultScript { Submit = new SubmitFault.SlowAnswer(0.5), Callbacks = [new CallbackFault.BeforeAnswer()] });
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
    }

    [Fact]
    public async Task A_submit_whose_answer_was_lost_is_adopted_through_its_callback_and_paid_once()
    {
        // A callback that comes at once finds the submit still under way.
        JobId id = await StartAsync(new FaultScript { Submit = new SubmitFault.Reset(Charged: true), Callbacks = [new CallbackFault.Late(0.5)] });
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Fact]
    public async Task A_failed_task_keeps_the_providers_own_code()
    {
        JobId id = await StartAsync(new FaultScript { Reads = [new ReadFault.Fails("content_policy_violation", "No.\nNot this.")] });
        await App.EndOfAsync(id);
        JsonElement task = await Client.TaskAsync(id);
        Assert.Equal("failed", task.GetProperty("status").GetString());
        Assert.Equal("content_policy_violation", task.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("task_error", task.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Sixty_jobs_at_once_end_in_sixty_videos_and_sixty_charges()
    {
        JobId[] ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => StartAsync()));
        Assert.All(await Task.WhenAll(ids.Select(App.EndOfAsync)), job => Assert.Equal(JobState.Completed, job.State));
        LedgerReport ledger = await LedgerAsync(ids);
        Assert.Equal(ids.Select(id => $"{id}.1").Order(StringComparer.Ordinal), ledger.Charges.Select(charge => charge.IdempotencyKey).Order(StringComparer.Ordinal));
    }

    // Durable may lose an event that is raised before the orchestration has run; the cancel itself stands in the record.
    [Fact]
    public async Task A_cancel_right_behind_the_request_is_never_lost()
    {
        Order(Stuck, submits: null);
        JobId[] ids = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            JobId id = await StartAsync();
            using HttpResponseMessage answer = await Client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            return id;
        }));
        Assert.All(await Task.WhenAll(ids.Select(App.EndOfAsync)), job => Assert.Equal(JobState.Cancelled, job.State));
    }
}
