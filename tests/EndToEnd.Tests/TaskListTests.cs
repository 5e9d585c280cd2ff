using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary><c>GET /v1/tasks</c>, and what was asked for in a task.</summary>
public sealed class TaskListTests(AzuriteFixture azurite) : IAsyncLifetime
{
    // Storage is shared with other tests, so the lists of this class belong to clients of its own.
    private static readonly string[] Keys = [.. Enumerable.Range(0, 4).Select(i => $"key-of-a-client-with-a-list-{i}")];

    private TestApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(azurite, new TestAppOptions
    {
        Simulator = new SimulatorOptions { AllowLoopback = true, FetchImages = false, TaskDuration = TimeSpan.Zero },
        Settings = Keys.Select((key, i) => (Name: $"Evolink:ClientKeys:lister{i}:0", Key: (string?)key)).ToDictionary(pair => pair.Name, pair => pair.Key, StringComparer.Ordinal),
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Jobs_are_listed_newest_first_and_paged_without_gap_or_repetition_while_new_ones_come_in()
    {
        using HttpClient client = _app.Client(Keys[0]);
        List<string> jobs = [];
        for (int i = 0; i < 5; i++)
            jobs.Insert(0, (await client.StartAsync()).Value);

        List<string> seen = [];
        string? next = null;
        do
        {
            JsonElement page = await ListAsync(client, $"limit=2&after={next}");
            string[] ids = Ids(page);
            Assert.InRange(ids.Length, 1, 2);
            seen.AddRange(ids);
            next = page.TryGetProperty("next", out JsonElement cursor) ? cursor.GetString() : null;
            await client.StartAsync();
        }
        while (next is not null);

        Assert.Equal(jobs, seen);
    }

    [Fact]
    public async Task A_list_can_be_narrowed_to_a_status_or_to_some_ids()
    {
        using HttpClient client = _app.Client(Keys[1]);
        JobId done = await client.StartAsync();
        await _app.EndOfAsync(done);
        _app.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.Stuck()] }, PromptContains: "stuck"));
        JobId open = await client.StartAsync(Api.Body("stuck"));

        Assert.Equal([done.Value], Ids(await ListAsync(client, "status=completed")));
        Assert.Empty(Ids(await ListAsync(client, "status=failed")));
        Assert.Equal([done.Value, open.Value], Ids(await ListAsync(client, $"ids={done},gen-nonsense,{open},{JobId.New()}")));
        JsonElement item = (await ListAsync(client, $"ids={done}")).GetProperty("data")[0];
        Assert.Equal("completed", item.GetProperty("phase").GetString());
        Assert.StartsWith("http", item.GetProperty("results")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_shows_ones_own_jobs_only_and_an_operator_asks_by_client()
    {
        using HttpClient client = _app.Client(Keys[2]);
        using HttpClient other = _app.Client(Keys[3]);
        using HttpClient operators = _app.Client(TestApp.OperatorKey);
        JobId job = await client.StartAsync();

        Assert.Empty(Ids(await ListAsync(other, "")));
        Assert.Empty(Ids(await ListAsync(other, $"ids={job}")));
        using HttpResponseMessage refused = await other.GetAsync("v1/tasks?client=lister2");
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        Assert.Equal([job.Value], Ids(await ListAsync(operators, "client=lister2")));
        using HttpResponseMessage unseen = await other.GetAsync($"v1/tasks/{job}/request");
        await unseen.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
    }

    [Fact]
    public async Task A_wrong_question_is_named()
    {
        using HttpClient client = _app.Client();
        foreach ((string query, string param) in new[] { ("status=done", "status"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=two", "limit"), ("after=***", "after"), ("after=eA", "after") })
        {
            using HttpResponseMessage response = await client.GetAsync($"v1/tasks?{query}");
            Assert.Equal(param, (await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("param").GetString());
        }
    }

    [Fact]
    public async Task The_request_of_a_job_comes_back_as_it_was_sent()
    {
        using HttpClient client = _app.Client();
        string body = Api.Body("A cat playing piano", more: ",\"quality\":\"1080p\",\"model_params\":{\"shot_type\":\"multi\"}");
        JobId job = await client.StartAsync(body);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(body).RootElement, await client.GetFromJsonAsync<JsonElement>($"v1/tasks/{job}/request")));
    }

    [Theory]
    [InlineData("Sas")]
    [InlineData("Proxy")]
    public async Task A_link_can_be_one_that_a_browser_saves(string delivery)
    {
        await _app.StopHostAsync();
        await _app.StartHostAsync(new Dictionary<string, string?> { ["Evolink:VideoDelivery"] = delivery });
        using HttpClient client = _app.Client();
        JobId job = await client.StartAsync();
        await _app.EndOfAsync(job);

        using HttpClient browser = new();
        foreach ((string query, string? disposition) in new[] { ("?disposition=attachment", "attachment"), ("", delivery == "Sas" ? "inline" : null) })
        {
            JsonElement task = await client.GetFromJsonAsync<JsonElement>($"v1/tasks/{job}{query}");
            using HttpResponseMessage video = await browser.GetAsync(task.GetProperty("results")[0].GetString());
            Assert.Equal(HttpStatusCode.OK, video.StatusCode);
            Assert.Equal(disposition, video.Content.Headers.ContentDisposition?.DispositionType);
        }
    }

    private static async Task<JsonElement> ListAsync(HttpClient client, string query) => await client.GetFromJsonAsync<JsonElement>($"v1/tasks?{query}");

    private static string[] Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(job => job.GetProperty("id").GetString()!)];
}
