using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>Cancelling, opening again, and the sweep that looks after what was left.</summary>
public sealed class OperatorTests(AzuriteFixture azurite)
{
    private static readonly SimulatorOptions Slow = new() { AllowLoopback = true, TaskDuration = TimeSpan.FromSeconds(30), FetchImages = false };
    private static readonly SimulatorOptions Instant = Slow with { TaskDuration = TimeSpan.Zero };

    [Fact]
    public async Task A_cancel_during_the_wait_ends_the_job_and_says_that_it_may_be_charged()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Slow });
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        while ((await app.Store.ReadAsync(id, CancellationToken.None)).State != JobState.Waiting)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);

        using HttpResponseMessage answer = await client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(JobState.Cancelled, (await app.EndOfAsync(id)).State);
        JsonElement task = await client.TaskAsync(id);
        Assert.Equal("failed", task.GetProperty("status").GetString());
        Assert.Equal("request_cancelled", task.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("charged", task.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_success_after_a_cancel_is_noted_and_not_saved()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Slow });
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        while ((await app.Store.ReadAsync(id, CancellationToken.None)).State != JobState.Waiting)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        await client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        JobRecord cancelled = await app.EndOfAsync(id);

        string url = Assert.Single((await app.Simulator.ReadLedgerAsync(withVideos: false)).Tasks).CallbackUrl!;
        await client.PostAsync(url, """{"status":"completed"}""");
        JobRecord late = await app.Store.ReadAsync(id, CancellationToken.None);
        Assert.Equal(JobState.Cancelled, late.State);
        Assert.NotNull(late.LateResultAt);
        Assert.Null(late.Video);
        Assert.Null(cancelled.LateResultAt);
    }

    [Fact]
    public async Task A_cancel_before_the_submit_costs_nothing()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Throttle(RetryAfterForm.Seconds, 600) }));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        while ((await app.Store.ReadAsync(id, CancellationToken.None)).State != JobState.Parked)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        await client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        Assert.Equal(JobState.Cancelled, (await app.EndOfAsync(id)).State);
        Assert.Empty((await app.Simulator.ReadLedgerAsync()).Charges);
    }

    [Fact]
    public async Task A_cancel_during_the_submit_ends_the_job_and_keeps_the_task_that_may_be_charged()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Slow });
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.SlowAnswer(0.5) }));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        while ((await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges.Count == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        await client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        JobRecord job = await app.EndOfAsync(id);
        Assert.Equal(JobState.Cancelled, job.State);
        Assert.Equal(Assert.Single((await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges).TaskId, job.CurrentAttempt!.TaskId);
    }

    [Fact]
    public async Task A_cancel_during_the_save_ends_the_job_without_a_video()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        app.Simulator.Order(new FaultOrder(new FaultScript { Results = [new ResultFault.Refused()] }));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        while ((await app.Store.ReadAsync(id, CancellationToken.None)).SaveTries == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        await client.PostAsync($"v1/tasks/{id}/cancel", string.Empty);
        JobRecord job = await app.EndOfAsync(id);
        Assert.Equal(JobState.Cancelled, job.State);
        Assert.Null(job.Video);
    }

    [Theory]
    [InlineData(JobState.Submitting)]
    [InlineData(JobState.Waiting)]
    [InlineData(JobState.Saving)]
    public async Task A_run_that_is_terminated_while_it_submits_waits_or_saves_is_started_again_and_paid_once(JobState during)
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant with { TaskDuration = TimeSpan.FromSeconds(0.3) } });
        app.Simulator.Order(new FaultOrder(during switch
        {
            JobState.Submitting => new FaultScript { Submit = new SubmitFault.SlowAnswer(0.3) },
            JobState.Saving => new FaultScript { Results = [new ResultFault.Refused(503) { Times = 1 }] },
            _ => FaultScript.None,
        }));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        JobRecord job;
        while ((job = await app.Store.ReadAsync(id, CancellationToken.None)).State != during)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        await app.Host.DurableClient.TerminateInstanceAsync(id.Value);
        await app.Host.DurableClient.WaitForInstanceCompletionAsync(id.Value);

        Assert.True(await GenerationStarter.RestartAsync(app.Host.DurableClient, job.Ref, CancellationToken.None));
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(id)).State);
        Assert.Single((await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges);
    }

    [Fact]
    public async Task Another_clients_job_cannot_be_cancelled()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        using HttpClient client = app.Client();
        using HttpClient bob = app.Client(TestApp.OtherClientKey);
        using HttpResponseMessage answer = await bob.PostAsync($"v1/tasks/{await client.StartAsync()}/cancel", string.Empty);
        await answer.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
    }

    [Fact]
    public async Task An_operator_attaches_a_task_whose_submit_was_lost_and_its_video_is_saved()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = Instant,
            // Without callbacks a lost answer stays lost.
            Settings = new Dictionary<string, string?> { ["Evolink:PublicBaseUrl"] = null },
        });
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Reset(Charged: true) }));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        Assert.Equal("submission_outcome_unknown", (await app.EndOfAsync(id)).Error!.Code);
        string taskId = Assert.Single((await app.Simulator.ReadLedgerAsync()).Tasks).Id;
        string body = $$"""{"evolink_task_id":"{{taskId}}"}""";

        using HttpResponseMessage refused = await client.PostAsync($"v1/tasks/{id}/attach", body);
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        using HttpClient operators = app.Client(TestApp.OperatorKey);
        using HttpResponseMessage unknown = await operators.PostAsync($"v1/tasks/{id}/attach", """{"evolink_task_id":"task-unified-1-nothere0"}""");
        await unknown.AssertErrorAsync(HttpStatusCode.Conflict, "task_not_readable");
        using HttpResponseMessage attached = await operators.PostAsync($"v1/tasks/{id}/attach", body);
        Assert.True(attached.StatusCode == HttpStatusCode.OK, await attached.Content.ReadAsStringAsync());

        JobRecord job = await app.EndOfAsync(id);
        Assert.Equal((JobState.Completed, 2), (job.State, job.Revision));
        Assert.Single((await app.Simulator.ReadLedgerAsync()).Charges);
        using HttpResponseMessage again = await operators.PostAsync($"v1/tasks/{id}/attach", body);
        await again.AssertErrorAsync(HttpStatusCode.Conflict, "job_has_video");
    }

    [Fact]
    public async Task An_operator_saves_a_video_that_was_too_large_before_the_limit_was_raised()
    {
        TestAppOptions small = new() { Simulator = Instant, Settings = new Dictionary<string, string?> { ["Evolink:MaxVideoBytes"] = "1000" } };
        await using TestApp app = await TestApp.StartAsync(azurite, small);
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        Assert.Equal("result_unusable", (await app.EndOfAsync(id)).Error!.Code);

        await app.StopHostAsync();
        await app.StartHostAsync(new Dictionary<string, string?> { ["Evolink:MaxVideoBytes"] = "2147483648" });
        using HttpClient operators = app.Client(TestApp.OperatorKey);
        using HttpResponseMessage answer = await operators.PostAsync($"v1/tasks/{id}/retry-save", string.Empty);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(id)).State);
    }

    [Fact]
    public async Task The_sweep_starts_a_job_that_was_written_and_never_started()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = Instant,
            Settings = new Dictionary<string, string?> { ["Evolink:SweepGrace"] = "00:00:00.001" },
        });
        using HttpClient client = app.Client();
        JobRecord done = await app.EndOfAsync(await client.StartAsync());
        StoredRequest request = await app.Store.ReadRequestAsync(done.Id, CancellationToken.None);
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
        await app.Store.CreateAsync(orphan, request, CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);

        await app.Host.Services.GetRequiredService<GenerationSweep>().RunAsync(app.Host.DurableClient, CancellationToken.None);
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(orphan.Id)).State);
    }

    [Fact]
    public async Task The_sweep_leaves_running_jobs_alone_and_takes_left_over_markers_away()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = Slow,
            Settings = new Dictionary<string, string?> { ["Evolink:SweepGrace"] = "00:00:00.001" },
        });
        using HttpClient client = app.Client();
        JobId running = await client.StartAsync();
        while ((await app.Store.ReadAsync(running, CancellationToken.None)).State != JobState.Waiting)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        JobId left = JobId.New();
        await app.Store.SetActiveMarkerAsync(left, CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);

        await app.Host.Services.GetRequiredService<GenerationSweep>().RunAsync(app.Host.DurableClient, CancellationToken.None);
        List<JobId> active = [];
        await foreach ((JobId id, _, _) in app.Store.ActiveAsync(CancellationToken.None))
            active.Add(id);
        Assert.Contains(running, active);
        Assert.DoesNotContain(left, active);
        Assert.Single((await app.Simulator.ReadLedgerAsync(withVideos: false)).Submits);
    }
}
