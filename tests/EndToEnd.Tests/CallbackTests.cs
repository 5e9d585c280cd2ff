using System.Net;
using EndToEnd.Tests.Support;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>Evolink's callbacks, genuine and forged.</summary>
public sealed class CallbackTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestApp _app = null!;
    private HttpClient _client = null!;
    private HttpClient _nobody = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(
            azurite, new TestAppOptions { Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false } });
        _client = _app.Client();
        _nobody = _app.Client(null);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _nobody.Dispose();
        await _app.DisposeAsync();
    }

    private async Task<string> CallbackUrlOfAsync(JobId id)
    {
        JobRecord job = await _app.EndOfAsync(id);
        return (await _app.Simulator.ReadLedgerAsync()).Tasks.Single(task => task.Id == job.CurrentAttempt!.TaskId).CallbackUrl!;
    }

    [Fact]
    public async Task A_callback_to_a_finished_job_is_taken_and_changes_nothing()
    {
        JobId id = await _client.StartAsync();
        string url = await CallbackUrlOfAsync(id);
        JobRecord before = await _app.Store.ReadAsync(id, CancellationToken.None);
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _nobody.PostAsync(url, """{"status":"failed"}""")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
        Assert.Equivalent(before, await _app.Store.ReadAsync(id, CancellationToken.None), strict: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?a=1&k=k1")]
    [InlineData("?a=1&k=k1&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("?a=1&k=other&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_wrong_or_missing_signature_is_404(string query)
    {
        using HttpResponseMessage response = await _nobody.PostAsync($"callbacks/{JobId.New()}{query}", "{}");
        await response.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Another_jobs_signature_is_404()
    {
        string url = await CallbackUrlOfAsync(await _client.StartAsync());
        using HttpResponseMessage response = await _nobody.PostAsync($"callbacks/{JobId.New()}{new Uri(url).Query}", "{}");
        await response.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
    }

    private static string[] Bodies => ["", "{", "[]", "null", "{\"id\":7}", "{\"id\":\"\\ud83d\"}", new string('[', 10_000), "{\"data\":{\"id\":{}}}"];

    [Fact]
    public async Task Whatever_the_body_is_a_signed_callback_is_taken_and_the_job_waits_on()
    {
        (JobId id, string url) = await WaitingAsync();
        foreach (string body in Bodies)
        {
            using HttpResponseMessage response = await _nobody.PostAsync(url, body);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        Assert.Equal(JobState.Waiting, (await _app.Store.ReadAsync(id, CancellationToken.None)).State);
    }

    [Fact]
    public async Task A_forged_completed_with_the_attackers_link_changes_nothing()
    {
        (JobId id, string url) = await WaitingAsync();
        JobRecord before = await _app.Store.ReadAsync(id, CancellationToken.None);
        string body = $$"""{"id":"{{before.CurrentAttempt!.TaskId}}","status":"completed","results":["{{_app.Simulator.BaseUrl}}attacker.mp4"]}""";
        using HttpResponseMessage forged = await _nobody.PostAsync(url[..^4] + "AAAA", body);
        await forged.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Equivalent(before, await _app.Store.ReadAsync(id, CancellationToken.None), strict: true);

        // Nor is a body believed that comes with the right signature: it makes the app look, and Evolink says that the task goes on.
        using HttpResponseMessage signed = await _nobody.PostAsync(url, body);
        Assert.Equal(HttpStatusCode.NoContent, signed.StatusCode);
        while ((await TaskOfAsync(before.CurrentAttempt.TaskId!)).Reads == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        Assert.Equal(JobState.Waiting, (await _app.Store.ReadAsync(id, CancellationToken.None)).State);
    }

    [Fact]
    public async Task A_callback_that_says_processing_or_completed_and_then_failed_ends_as_evolink_says()
    {
        _app.Simulator.Order(new FaultOrder(new FaultScript { Callbacks = [new CallbackFault.ProcessingFirst(3), new CallbackFault.CompletedThenFailed()] }));
        JobId id = await _client.StartAsync();
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(id)).State);
        string taskId = (await _app.Store.ReadAsync(id, CancellationToken.None)).CurrentAttempt!.TaskId!;
        while (!(await TaskOfAsync(taskId)).CallbacksDone)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        Assert.Equal(JobState.Completed, (await _app.Store.ReadAsync(id, CancellationToken.None)).State);
    }

    [Fact]
    public async Task A_callback_with_100_MB_costs_neither_memory_nor_the_job()
    {
        _app.Simulator.Order(new FaultOrder(new FaultScript { Callbacks = [new CallbackFault.Malformed(MalformedBody.Huge)] }));
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(await _client.StartAsync())).State);
    }

    [Fact]
    public async Task A_signed_callback_to_an_unknown_job_is_taken_and_makes_none()
    {
        JobId unknown = JobId.New();
        using HttpResponseMessage response = await _nobody.PostAsync(SignedUrl(unknown), """{"id":"task-1","status":"completed"}""");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Null(await _app.Store.FindAsync(unknown, CancellationToken.None));
    }

    [Fact]
    public async Task A_callback_to_a_terminated_job_is_taken_and_a_restart_finishes_it_without_a_second_charge()
    {
        (JobId id, string url) = await WaitingAsync();
        await _app.Host.DurableClient.TerminateInstanceAsync(id.Value);
        await _app.Host.DurableClient.WaitForInstanceCompletionAsync(id.Value);
        using HttpResponseMessage response = await _nobody.PostAsync(url, "{}");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        JobRecord job = await _app.Store.ReadAsync(id, CancellationToken.None);
        Assert.Equal(JobState.Waiting, job.State);

        _app.Simulator.Order(new FaultOrder(FaultScript.None, TaskId: job.CurrentAttempt!.TaskId));
        Assert.True(await GenerationStarter.RestartAsync(_app.Host.DurableClient, job.Ref, CancellationToken.None));
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(id)).State);
        Assert.Single((await _app.Simulator.ReadLedgerAsync(withVideos: false)).Charges);
    }

    // A task that does not end until it is told to.
    private async Task<(JobId Id, string CallbackUrl)> WaitingAsync()
    {
        _app.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.Stuck()] }));
        JobId id = await _client.StartAsync();
        using JobChanges.Watch watch = _app.Host.Services.GetRequiredService<JobChanges>().Begin(id);
        while ((await _app.Store.ReadAsync(id, CancellationToken.None)).State != JobState.Waiting)
            await watch.NextAsync(CancellationToken.None);
        return (id, SignedUrl(id));
    }

    private string SignedUrl(JobId id) => _app.Host.Services.GetRequiredService<LinkSigner>().CallbackUrl(_app.Host.BaseUrl, "k1", id, 1).AbsoluteUri;

    private async Task<TaskReport> TaskOfAsync(string taskId) =>
        (await _app.Simulator.ReadLedgerAsync(withVideos: false)).Tasks.Single(task => task.Id == taskId);

    [Fact]
    public async Task A_body_over_64_KiB_is_not_read_and_the_callback_counts_all_the_same()
    {
        string url = await CallbackUrlOfAsync(await _client.StartAsync());
        using HttpResponseMessage response = await _nobody.PostAsync(url, new string(' ', 100_000));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData(4)]
    public async Task The_same_callback_in_parallel_makes_one_video(int copies)
    {
        _app.Simulator.Order(new FaultOrder(new FaultScript { Callbacks = [new CallbackFault.Duplicate(copies)] }));
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(await _client.StartAsync())).State);
        Assert.Equal(1, Assert.Single((await _app.Simulator.ReadLedgerAsync()).Tasks).Downloads);
    }
}
