using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>Cancelling, wherever the job stands.</summary>
public sealed class CancelTests(Apps apps) : AppTests(apps.Usual)
{
    [Fact]
    public async Task A_cancel_during_the_wait_ends_the_job_and_says_that_it_may_be_charged()
    {
        JobId id = await StartStuckAsync();
        Assert.Equal(HttpStatusCode.OK, await CancelAsync(id));
        Assert.Equal(JobState.Cancelled, (await App.EndOfAsync(id)).State);
        JsonElement task = await Client.TaskAsync(id);
        Assert.Equal("failed", task.GetProperty("status").GetString());
        Assert.Equal("request_cancelled", task.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("charged", task.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_success_after_a_cancel_is_noted_and_not_saved()
    {
        JobId id = await StartStuckAsync();
        await CancelAsync(id);
        JobRecord cancelled = await App.EndOfAsync(id);

        string url = Assert.Single((await LedgerAsync(id)).Tasks).CallbackUrl!;
        await Client.PostAsync(url, """{"status":"completed"}""");
        JobRecord late = await App.Store.ReadAsync(id, CancellationToken.None);
        Assert.Equal(JobState.Cancelled, late.State);
        Assert.NotNull(late.LateResultAt);
        Assert.Null(late.Video);
        Assert.Null(cancelled.LateResultAt);
    }

    [Fact]
    public async Task A_cancel_during_the_submit_ends_the_job_and_keeps_the_task_that_may_be_charged()
    {
        JobId id = await StartAsync(Stuck with { Submit = new SubmitFault.SlowAnswer(0.5) });
        while ((await LedgerAsync(id)).Charges.Count == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        await CancelAsync(id);
        JobRecord job = await App.EndOfAsync(id);
        Assert.Equal(JobState.Cancelled, job.State);
        Assert.Equal(Assert.Single((await LedgerAsync(id)).Charges).TaskId, job.CurrentAttempt!.TaskId);
    }

    [Fact]
    public async Task A_cancelled_job_of_unknown_outcome_takes_the_task_that_its_callback_names_and_stays_cancelled()
    {
        JobId id = await StartAsync(Stuck with { Submit = new SubmitFault.Reset(Charged: true) });
        await App.UntilAsync(id, job => job.State == JobState.Unknown);
        await CancelAsync(id);
        Assert.Equal(AttemptState.Unknown, (await App.EndOfAsync(id)).CurrentAttempt!.State);

        TaskReport task = Assert.Single((await LedgerAsync(id)).Tasks);
        await Client.PostAsync(task.CallbackUrl!, $$"""{"id":"{{task.Id}}","status":"processing"}""");
        JobRecord late = await App.Store.ReadAsync(id, CancellationToken.None);
        Assert.Equal(JobState.Cancelled, late.State);
        Assert.Equal((AttemptState.Accepted, task.Id), (late.CurrentAttempt!.State, late.CurrentAttempt.TaskId));
        Assert.Equal(id, (await App.Store.Claims.FindAsync(task.Id, CancellationToken.None))!.Job);
    }

    [Fact]
    public async Task A_cancel_during_the_save_ends_the_job_without_a_video()
    {
        JobId id = await StartAsync(new FaultScript { Results = [new ResultFault.Refused()] });
        await App.UntilAsync(id, job => job.SaveTries > 0);
        await CancelAsync(id);
        JobRecord job = await App.EndOfAsync(id);
        Assert.Equal(JobState.Cancelled, job.State);
        Assert.Null(job.Video);
    }

    [Fact]
    public async Task Another_clients_job_cannot_be_cancelled()
    {
        JobId id = await StartAsync();
        using Guest other = App.NewGuest();
        using HttpResponseMessage answer = await other.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        await answer.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
    }

    private async Task<HttpStatusCode> CancelAsync(JobId id)
    {
        using HttpResponseMessage answer = await Client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        return answer.StatusCode;
    }
}
