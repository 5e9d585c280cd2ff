using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>What each client may take of the whole, as clients meet it.</summary>
public sealed class LimitTests(AzuriteFixture azurite) : IDisposable
{
    private readonly string _name = $"c{Guid.NewGuid():N}";
    private readonly string _key = $"key-{Guid.NewGuid():N}";
    private readonly string _folder = Directory.CreateTempSubdirectory("evolink-limits-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<TestApp> StartAsync(TimeSpan taskDuration, params (string Limit, string Value)[] limits) => TestApp.StartAsync(azurite, new TestAppOptions
    {
        Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = taskDuration, FetchImages = false },
        Settings = limits.Select(limit => KeyValuePair.Create($"Evolink:Limits:Clients:{_name}:{limit.Limit}", (string?)limit.Value))
            .Append(KeyValuePair.Create($"Evolink:ClientKeys:{_name}:0", (string?)_key)).ToDictionary(),
    });

    [Fact]
    public async Task One_too_many_under_way_is_429_until_one_is_over_and_the_same_key_still_meets_its_job()
    {
        await using TestApp app = await StartAsync(TimeSpan.FromHours(1), ("MaxInFlight", "2"));
        using HttpClient client = app.Client(_key);
        JobId first = await client.StartAsync(key: "first");
        await client.StartAsync();
        using HttpResponseMessage over = await client.GenerateAsync();
        JsonElement error = await over.AssertErrorAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
        Assert.Equal("rate_limit_error", error.GetProperty("type").GetString());
        Assert.True(over.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(first, await client.StartAsync(key: "first"));
        using HttpClient others = app.Client();
        await others.StartAsync();

        using HttpResponseMessage cancelled = await client.PostAsync($"v1/tasks/{first}/cancel", null);
        Assert.Equal(JobState.Cancelled, (await app.EndOfAsync(first)).State);
        Assert.Equal(HttpStatusCode.OK, await StatusWhenFreeAsync(client));
    }

    [Fact]
    public async Task Credits_of_a_day_are_402_when_they_are_used_up()
    {
        await using TestApp app = await StartAsync(TimeSpan.Zero, ("CreditsPerDay", "45"));
        using HttpClient client = app.Client(_key);
        await app.EndOfAsync(await client.StartAsync());
        await app.EndOfAsync(await client.StartAsync());
        using HttpResponseMessage over = await client.GenerateAsync();
        JsonElement error = await over.AssertErrorAsync(HttpStatusCode.PaymentRequired, "insufficient_quota");
        Assert.Equal("insufficient_quota", error.GetProperty("type").GetString());
        Assert.InRange(over.Headers.RetryAfter!.Delta!.Value, TimeSpan.Zero, TimeSpan.FromDays(1));
        using HttpClient others = app.Client();
        await others.StartAsync();
    }

    [Fact]
    public async Task Requests_of_a_minute_are_429_with_the_time_to_the_next_one()
    {
        await using TestApp app = await StartAsync(TimeSpan.Zero, ("RequestsPerMinute", "5"));
        using HttpClient client = app.Client(_key);
        // The minute may turn among them.
        List<HttpResponseMessage> answers = [];
        for (int i = 0; i < 12; i++)
            answers.Add(await client.GetAsync("v1/tasks"));
        HttpResponseMessage over = answers.Last(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await over.AssertErrorAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
        Assert.InRange(over.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.InRange(answers.Count(answer => answer.IsSuccessStatusCode), 5, 10);
        using HttpClient others = app.Client();
        Assert.Equal(HttpStatusCode.OK, (await others.GetAsync("v1/tasks")).StatusCode);
    }

    [Fact]
    public async Task Two_processes_on_one_storage_keep_the_limit_together_also_after_both_were_killed()
    {
        using (CliProcess one = Serve("one"), other = Serve("other"))
        {
            using HttpClient first = await ClientAsync(one), second = await ClientAsync(other);
            HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
            {
                using HttpResponseMessage response = await (i % 2 == 0 ? first : second).GenerateAsync();
                return response.StatusCode;
            }));
            Assert.Equal(3, answers.Count(status => status == HttpStatusCode.OK));
            Assert.Equal(9, answers.Count(status => status == HttpStatusCode.TooManyRequests));
            one.Kill();
            other.Kill();
            await one.ToEndAsync();
            await other.ToEndAsync();
        }

        using CliProcess again = Serve("one");
        using HttpClient client = await ClientAsync(again);
        using HttpResponseMessage over = await client.GenerateAsync();
        await over.AssertErrorAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
    }

    private CliProcess Serve(string data) => new(
        ["serve", "--port", "0", "--data", Path.Combine(_folder, data), "--simulator-time", "3600"],
        new Dictionary<string, string?>
        {
            ["Evolink__Storage__ConnectionString"] = azurite.ConnectionString,
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Evolink__Hub"] = _name,
            [$"Evolink__ClientKeys__{_name}__0"] = _key,
            [$"Evolink__Limits__Clients__{_name}__MaxInFlight"] = "3",
        });

    private async Task<HttpClient> ClientAsync(CliProcess serve)
    {
        string line = await serve.ReadLineAsync();
        return new HttpClient
        {
            BaseAddress = new Uri(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", _key) },
        };
    }

    // The record says that a job is over a moment before its place is free.
    private static async Task<HttpStatusCode> StatusWhenFreeAsync(HttpClient client)
    {
        for (int tries = 0; ; tries++)
        {
            using HttpResponseMessage response = await client.GenerateAsync();
            if (response.StatusCode != HttpStatusCode.TooManyRequests || tries == 50)
                return response.StatusCode;
            await Task.Delay(TimeSpan.FromSeconds(0.2), TimeProvider.System);
        }
    }
}
