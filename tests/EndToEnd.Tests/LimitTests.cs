using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>What each client may take of the whole, as clients meet it.</summary>
public sealed class LimitTests(Apps apps) : AppTests(apps.Usual)
{
    /// <summary>The clients of these tests, in the settings of the app that all share.</summary>
    internal static IReadOnlyDictionary<string, string?> Clients { get; } = Limited("two_at_once", "MaxInFlight", "2")
        .Concat(Limited("day_of_45", "CreditsPerDay", "45")).Concat(Limited("minute_of_5", "RequestsPerMinute", "5"))
        .Concat(Limited("another_minute_of_5", "RequestsPerMinute", "5")).Concat(Limited("day_of_30", "CreditsPerDay", "30"))
        .Concat(Limited("assistant_of_25", "CreditsPerDay", "25")).ToDictionary();

    [Fact]
    public async Task One_too_many_under_way_is_429_until_one_is_over_and_the_same_key_still_meets_its_job()
    {
        Order(Stuck, submits: null);
        using HttpClient client = App.Client(KeyOf("two_at_once"));
        JobId first = await client.StartAsync(Api.Body(Prompt), key: "first");
        JobId second = await client.StartAsync(Api.Body(Prompt));
        using HttpResponseMessage over = await client.GenerateAsync();
        JsonElement error = await over.AssertErrorAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
        Assert.Equal("rate_limit_error", error.GetProperty("type").GetString());
        Assert.True(over.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(first, await client.StartAsync(Api.Body(Prompt), key: "first"));
        await Client.StartAsync();

        using HttpResponseMessage cancelled = await client.PostAsync($"v1/tasks/{first}/cancel", null);
        Assert.Equal(JobState.Cancelled, (await App.EndOfAsync(first)).State);
        Assert.Equal(HttpStatusCode.OK, await StatusWhenFreeAsync(client));
        await client.PostAsync($"v1/tasks/{second}/cancel", null);
    }

    [Fact]
    public async Task Credits_of_a_day_are_402_when_they_are_used_up()
    {
        using HttpClient client = App.Client(KeyOf("day_of_45"));
        await App.EndOfAsync(await client.StartAsync());
        await App.EndOfAsync(await client.StartAsync());
        using HttpResponseMessage over = await client.GenerateAsync();
        JsonElement error = await over.AssertErrorAsync(HttpStatusCode.PaymentRequired, "insufficient_quota");
        Assert.Equal("insufficient_quota", error.GetProperty("type").GetString());
        Assert.InRange(over.Headers.RetryAfter!.Delta!.Value, TimeSpan.Zero, TimeSpan.FromDays(1));
        await Client.StartAsync();
    }

    [Fact]
    public async Task A_failed_generation_whose_credits_evolink_returned_leaves_them_to_the_day_and_says_so()
    {
        Order(new FaultScript { Reads = [new ReadFault.Fails("content_policy_violation")] });
        using HttpClient client = App.Client(KeyOf("day_of_30"));
        JobId failed = await client.StartAsync(Api.Body(Prompt));
        await App.EndOfAsync(failed);
        JsonElement usage = (await client.GetFromJsonAsync<JsonElement>($"v1/tasks/{failed}")).GetProperty("usage");
        Assert.Equal(20, usage.GetProperty("credits_reserved").GetDecimal());
        Assert.Equal(20, usage.GetProperty("credits_returned").GetDecimal());
        Assert.False(usage.TryGetProperty("credits_used", out _));

        Assert.Equal(HttpStatusCode.OK, await StatusWhenFreeAsync(client, HttpStatusCode.PaymentRequired));
        using HttpResponseMessage over = await client.GenerateAsync();
        await over.AssertErrorAsync(HttpStatusCode.PaymentRequired, "insufficient_quota");
    }

    [Fact]
    public async Task Requests_of_a_minute_are_429_with_the_time_to_the_next_one()
    {
        using HttpClient client = App.Client(KeyOf("minute_of_5"));
        // The minute may turn among them.
        List<HttpResponseMessage> answers = [];
        for (int i = 0; i < 12; i++)
            answers.Add(await client.GetAsync("v1/tasks"));
        HttpResponseMessage over = answers.Last(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await over.AssertErrorAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
        Assert.InRange(over.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.InRange(answers.Count(answer => answer.IsSuccessStatusCode), 5, 10);
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("v1/tasks")).StatusCode);
    }

    [Theory]
    [InlineData("v1/images/0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("v1/videos/gen-aaaaaaaaaaaaaaaaaaaaaaaaaa/content")]
    public async Task What_is_served_to_a_key_as_well_as_to_a_signed_link_counts_where_a_key_is_shown(string path)
    {
        using HttpClient client = App.Client(KeyOf("another_minute_of_5")), nobody = App.Client(null);
        List<HttpStatusCode> answers = [], signed = [];
        for (int i = 0; i < 12; i++)
        {
            using HttpResponseMessage answer = await client.GetAsync(path);
            answers.Add(answer.StatusCode);
            using HttpResponseMessage link = await nobody.GetAsync($"{path}?s=x");
            signed.Add(link.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.All(signed, status => Assert.Equal(HttpStatusCode.NotFound, status));
    }

    [Fact]
    public async Task Two_apps_on_one_storage_keep_the_limit_together_also_after_both_workers_were_killed()
    {
        string hub = $"two{Guid.NewGuid():N}"[..20];
        TestAppOptions options = new()
        {
            Simulator = Apps.Instant with { TaskDuration = TimeSpan.FromHours(1) },
            Settings = new Dictionary<string, string?>(Limited("shared", "MaxInFlight", "3")) { ["Evolink:Hub"] = hub, ["AzureFunctionsJobHost:extensions:durableTask:hubName"] = hub },
        };
        TestApp[] both = await Task.WhenAll(TestApp.StartAsync(apps.Azurite, options), TestApp.StartAsync(apps.Azurite, options));
        await using TestApp first = both[0], second = both[1];
        using HttpClient one = first.Client(KeyOf("shared")), other = second.Client(KeyOf("shared"));
        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using HttpResponseMessage response = await (i % 2 == 0 ? one : other).GenerateAsync();
            return response.StatusCode;
        }));
        Assert.Equal(3, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(9, answers.Count(status => status == HttpStatusCode.TooManyRequests));

        foreach (TestApp app in both)
        {
            using var worker = Process.GetProcessById(app.Host.WorkerProcessId);
            worker.Kill();
            await worker.WaitForExitAsync();
        }

        using HttpResponseMessage over = await one.GenerateAsync();
        await over.AssertErrorAsync(HttpStatusCode.TooManyRequests, "rate_limit_exceeded");
    }

    private static Dictionary<string, string?> Limited(string client, string limit, string value) => new()
    {
        [$"Evolink:ClientKeys:{client}:0"] = KeyOf(client),
        [$"Evolink:Limits:Clients:{client}:{limit}"] = value,
    };

    internal static string KeyOf(string client) => $"key-of-the-client-{client}";

    // The record says that a job is over a moment before its place is free.
    private static async Task<HttpStatusCode> StatusWhenFreeAsync(
        HttpClient client, HttpStatusCode refusal = HttpStatusCode.TooManyRequests)
    {
        for (int tries = 0; ; tries++)
        {
            using HttpResponseMessage response = await client.GenerateAsync();
            if (response.StatusCode != refusal || tries == 100)
                return response.StatusCode;
            await Task.Delay(TimeSpan.FromSeconds(0.2), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
