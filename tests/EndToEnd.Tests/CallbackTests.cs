using System.Net;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>Evolink's callbacks, genuine and forged.</summary>
public sealed class CallbackTests(Apps apps) : AppTests(apps.Usual)
{
    private static readonly string[] Bodies = ["", "{", "[]", "null", "{\"id\":7}", "{\"id\":\"\\ud83d\"}", new string('[', 10_000), "{\"data\":{\"id\":{}}}"];

    [Fact]
    public async Task A_callback_to_a_finished_job_is_taken_and_changes_nothing()
    {
        (JobId id, string url) = await FinishedAsync();
        JobRecord before = await App.Store.ReadAsync(id, CancellationToken.None);
        using HttpClient nobody = App.Client(null);
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => nobody.PostAsync(url, """{"status":"failed"}""")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
        Assert.Equivalent(before, await App.Store.ReadAsync(id, CancellationToken.None), strict: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?a=1&k=k1")]
    [InlineData("?a=1&k=k1&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("?a=1&k=other&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_wrong_or_missing_signature_is_404(string query)
    {
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage response = await nobody.PostAsync($"callbacks/{JobId.New()}{query}", "{}");
        await response.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Another_jobs_signature_is_404()
    {
        (_, string url) = await FinishedAsync();
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage response = await nobody.PostAsync($"callbacks/{JobId.New()}{new Uri(url).Query}", "{}");
        await response.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Whatever_the_body_is_a_signed_callback_is_taken_and_the_job_waits_on()
    {
        JobId id = await StartStuckAsync();
        using HttpClient nobody = App.Client(null);
        foreach (string body in Bodies)
        {
            using HttpResponseMessage response = await nobody.PostAsync(SignedUrl(id), body);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        Assert.Equal(JobState.Waiting, (await App.Store.ReadAsync(id, CancellationToken.None)).State);
        await ReleaseAsync(id);
    }

    [Fact]
    public async Task A_forged_completed_with_the_attackers_link_changes_nothing()
    {
        JobId id = await StartStuckAsync();
        JobRecord before = await App.Store.ReadAsync(id, CancellationToken.None);
        string body = $$"""{"id":"{{before.CurrentAttempt!.TaskId}}","status":"completed","results":["{{App.Simulator.BaseUrl}}attacker.mp4"]}""";
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage forged = await nobody.PostAsync(SignedUrl(id)[..^4] + "AAAA", body);
        await forged.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");

        // Nor is a body believed that comes with the right signature: it makes the app look, and Evolink says that the task goes on.
        int reads = (await TaskAsync(id)).Reads;
        using HttpResponseMessage signed = await nobody.PostAsync(SignedUrl(id), body);
        Assert.Equal(HttpStatusCode.NoContent, signed.StatusCode);
        while ((await TaskAsync(id)).Reads == reads)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Waiting, (await App.Store.ReadAsync(id, CancellationToken.None)).State);
        await ReleaseAsync(id);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
    }

    [Fact]
    public async Task A_callback_that_says_processing_or_completed_and_then_failed_ends_as_evolink_says()
    {
        JobId id = await StartAsync(new FaultScript { Callbacks = [new CallbackFault.ProcessingFirst(3), new CallbackFault.CompletedThenFailed()] });
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        while (!(await TaskAsync(id)).CallbacksDone)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Completed, (await App.Store.ReadAsync(id, CancellationToken.None)).State);
    }

    [Fact]
    public async Task A_callback_with_100_MB_costs_neither_memory_nor_the_job()
    {
        JobId id = await StartAsync(new FaultScript { Callbacks = [new CallbackFault.Malformed(MalformedBody.Huge)] });
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
    }

    [Fact]
    public async Task A_signed_callback_to_an_unknown_job_is_taken_and_makes_none()
    {
        JobId unknown = JobId.New();
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage response = await nobody.PostAsync(SignedUrl(unknown), """{"id":"task-1","status":"completed"}""");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Null(await App.Store.FindAsync(unknown, CancellationToken.None));
    }

    [Fact]
    public async Task A_body_over_64_KiB_is_not_read_and_the_callback_counts_all_the_same()
    {
        (_, string url) = await FinishedAsync();
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage response = await nobody.PostAsync(url, new string(' ', 100_000));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task The_same_callback_in_parallel_makes_one_video()
    {
        JobId id = await StartAsync(new FaultScript { Callbacks = [new CallbackFault.Duplicate(4)] });
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Equal(1, (await TaskAsync(id)).Downloads);
    }

    private async Task<(JobId Id, string CallbackUrl)> FinishedAsync()
    {
        JobId id = await StartAsync();
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        return (id, (await TaskAsync(id)).CallbackUrl!);
    }

    private string SignedUrl(JobId id) => App.Services.GetRequiredService<LinkSigner>().CallbackUrl(App.Host.BaseUrl, "k1", id, 1).AbsoluteUri;

    private async Task<TaskReport> TaskAsync(JobId id) => Assert.Single((await LedgerAsync(id)).Tasks);
}
