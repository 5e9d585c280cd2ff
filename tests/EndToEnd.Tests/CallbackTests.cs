using System.Net;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

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

    public static TheoryData<string> Bodies => ["", "{", "[]", "null", "{\"id\":7}", "{\"id\":\"\\ud83d\"}", new string('[', 10_000), "{\"data\":{\"id\":{}}}"];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Whatever_the_body_is_a_signed_callback_is_taken(string body)
    {
        await using TestApp waiting = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.FromMinutes(10), FetchImages = false },
        });
        using HttpClient client = waiting.Client();
        await client.StartAsync();
        LedgerReport ledger;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            ledger = await waiting.Simulator.ReadLedgerAsync(withVideos: false);
        }
        while (ledger.Tasks.Count == 0);

        using HttpResponseMessage response = await client.PostAsync(ledger.Tasks[0].CallbackUrl!, body);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

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
