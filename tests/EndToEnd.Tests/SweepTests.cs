using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>An app whose sweep looks at everything at once. Its timer may run it at any time, besides.</summary>
public sealed class SweptApp(Apps apps) : AppFixture(
    apps, new TestAppOptions { Simulator = Apps.Instant, Settings = new Dictionary<string, string?> { ["Evolink:SweepGrace"] = "00:00:00.001" } });

/// <summary>Whatever became of an orchestration, the sweep finishes its job; nothing is paid or told twice.</summary>
public sealed class SweepTests(SweptApp swept) : AppTests(swept.App), IClassFixture<SweptApp>
{
    [Theory]
    [InlineData(JobState.Submitting)]
    [InlineData(JobState.Waiting)]
    [InlineData(JobState.Saving)]
    public async Task A_run_that_is_terminated_while_it_submits_waits_or_saves_is_started_again_and_paid_once(JobState during)
    {
        JobId id = await StartAsync(during switch
        {
            JobState.Submitting => new FaultScript { Submit = new SubmitFault.SlowAnswer(1) },
            JobState.Saving => new FaultScript { Results = [new ResultFault.Refused(503) { Times = 2 }] },
            _ => Stuck,
        });
        await App.UntilAsync(id, job => job.State == during);
        await App.Durable.TerminateAsync(id.Value);
        if (during == JobState.Waiting)
            await ReleaseAsync(id);

        await SweepUntilAsync(id, job => job.State.IsTerminal);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Fact]
    public async Task A_callback_to_a_terminated_job_is_taken_and_the_sweep_finishes_it_without_a_second_charge()
    {
        JobId id = await StartStuckAsync();
        await App.Durable.TerminateAsync(id.Value);
        string url = App.Services.GetRequiredService<LinkSigner>().CallbackUrl(App.Host.BaseUrl, "k1", id, 1).AbsoluteUri;
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage response = await nobody.PostAsync(url, "{}");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);

        await ReleaseAsync(id);
        await SweepUntilAsync(id, job => job.State.IsTerminal);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Fact]
    public async Task A_job_that_was_written_and_never_started_is_started()
    {
        JobRecord done = await App.EndOfAsync(await StartAsync());
        StoredRequest request = await App.Store.ReadRequestAsync(done.Id, CancellationToken.None);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        JobRecord orphan = done with
        {
            Id = JobId.New(),
            State = JobState.Accepted,
            Attempts = [],
            Video = null,
            EndedAt = null,
            CompletedSeenAt = null,
            AcceptedAt = now,
            UpdatedAt = now - TimeSpan.FromMinutes(10),
        };
        await App.Store.CreateAsync(orphan, request, CancellationToken.None);

        await SweepUntilAsync(orphan.Id, job => job.State.IsTerminal);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(orphan.Id)).State);
    }

    [Fact]
    public async Task Running_jobs_are_left_alone_and_left_over_markers_taken_away()
    {
        JobId running = await StartStuckAsync();
        JobId left = JobId.New();
        await App.Store.Markers.SetAsync(left, CancellationToken.None);

        while (await App.Store.Markers.FindAsync(left, CancellationToken.None) is not null)
            await App.Host.RunTimerAsync(Names.Sweep);
        Assert.NotNull(await App.Store.Markers.FindAsync(running, CancellationToken.None));
        Assert.Single((await LedgerAsync(running)).Submits);
        await ReleaseAsync(running);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(running)).State);
    }

    [Fact]
    public async Task A_batch_whose_orchestration_was_lost_goes_on_without_a_second_job()
    {
        using HttpResponseMessage posted = await Client.PostAsync("v1/batches", Batches.OfImages(4, ""","max_in_flight":1""", Prompt), key: null);
        string id = (await posted.JsonAsync()).GetProperty("id").GetString()!;
        await Client.BatchUntilAsync(id, batch => batch.Count("completed") > 0);
        await App.Durable.TerminateAsync(id);
        Assert.True(BatchId.TryParse(id, out BatchId batchId));
        Assert.Null((await App.Services.GetRequiredService<BatchStore>().ReadAsync(batchId, CancellationToken.None)).EndedAt);

        JsonElement end = default;
        for (bool ended = false; !ended; ended = end.TryGetProperty("ended_at", out _))
        {
            await App.Host.RunTimerAsync(Names.Sweep);
            end = await Client.BatchAsync(id);
        }

        Assert.Equal(4, end.Count("completed"));
        Assert.Equal(4, (await LedgerAsync(end.GetProperty("items").EnumerateArray().Select(item => JobId.Parse(item.GetProperty("id").GetString()!)))).Charges.Count);
        Assert.Equal(4, (await App.Simulator.ReadLedgerAsync(withVideos: false)).Tasks.Count(task => task.Prompt == Prompt));
    }

    [Fact]
    public async Task An_end_that_nobody_was_told_of_is_told()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        JobId id = await Client.StartAsync(Api.Body(Prompt, more: $$""","callback_url":"{{receiver.Url}}hook" """));
        await App.UntilAsync(id, job => job.Webhook is { State: WebhookState.Delivered });
        // As a crash leaves it right after the terminal state was written.
        JobRecord job = await App.Store.UpdateAsync(id, record => record.WithWebhookDue(), CancellationToken.None);
        await App.Durable.EndOfAsync(WebhookRun.DueFor(job)!.InstanceId);
        await App.Durable.PurgeAsync(WebhookRun.DueFor(job)!.InstanceId);
        await App.Store.Markers.SetAsync(id, CancellationToken.None);

        await SweepUntilAsync(id, record => record.Webhook is { State: WebhookState.Delivered });
        IReadOnlyList<ReceivedCall> calls = await receiver.CallsAsync(2);
        Assert.Single(calls.Select(call => call.Header("webhook-id")).Distinct());
        while (await App.Store.Markers.FindAsync(id, CancellationToken.None) is not null)
            await App.Host.RunTimerAsync(Names.Sweep);
    }

    // Storage's times are whole seconds: a marker may be too young for the first run.
    private async Task SweepUntilAsync(JobId id, Func<JobRecord, bool> isThere)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!isThere(await App.Store.ReadAsync(id, patience.Token)))
            await App.Host.RunTimerAsync(Names.Sweep, patience.Token);
    }
}
