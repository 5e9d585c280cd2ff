using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary><c>GET /v1/tasks</c>, and what was asked for in a task.</summary>
public sealed class TaskListTests(Apps apps) : AppTests(apps.Usual)
{
    [Fact]
    public async Task Jobs_are_listed_newest_first_and_paged_without_gap_or_repetition_while_new_ones_come_in()
    {
        List<string> jobs = [];
        for (int i = 0; i < 5; i++)
            jobs.Insert(0, (await Client.StartAsync()).Value);

        List<string> seen = [];
        string? next = null;
        do
        {
            JsonElement page = await ListAsync(Client, $"limit=2&after={next}");
            string[] ids = Ids(page);
            Assert.InRange(ids.Length, 1, 2);
            seen.AddRange(ids);
            next = page.TryGetProperty("next", out JsonElement cursor) ? cursor.GetString() : null;
            await Client.StartAsync();
        }
        while (next is not null);

        Assert.Equal(jobs, seen);
    }

    [Fact]
    public async Task A_list_can_be_narrowed_to_a_status_or_to_some_ids()
    {
        JobId done = await Client.StartAsync();
        await App.EndOfAsync(done);
        JobId open = await StartAsync(Stuck);

        Assert.Equal([done.Value], Ids(await ListAsync(Client, "status=completed")));
        Assert.Empty(Ids(await ListAsync(Client, "status=failed")));
        Assert.Equal([done.Value, open.Value], Ids(await ListAsync(Client, $"ids={done},gen-nonsense,{open},{JobId.New()}")));
        JsonElement item = (await ListAsync(Client, $"ids={done}")).GetProperty("data")[0];
        Assert.Equal("completed", item.GetProperty("phase").GetString());
        Assert.StartsWith("http", item.GetProperty("results")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_can_be_searched_and_narrowed_to_a_time_and_to_several_statuses()
    {
        JobId piano = await Client.StartAsync(Api.Body("A cat playing PIANO", more: ",\"reference\":\"order 7\""));
        JobId chess = await Client.StartAsync(Api.Body("A dog playing chess", more: ",\"metadata\":{\"shop\":\"pianos\"}"));
        await App.EndOfAsync(piano);
        await App.EndOfAsync(chess);
        long accepted = (await App.Store.ReadAsync(chess, CancellationToken.None)).AcceptedAt.ToUnixTimeSeconds();

        Assert.Equal([chess.Value, piano.Value], Ids(await ListAsync(Client, "q=piano")));
        Assert.Equal([piano.Value], Ids(await ListAsync(Client, "q=Order%207")));
        Assert.Equal([chess.Value], Ids(await ListAsync(Client, $"q={chess.Value[10..]}")));
        Assert.Empty(Ids(await ListAsync(Client, "q=piano&status=failed,processing")));
        Assert.Equal([chess.Value, piano.Value], Ids(await ListAsync(Client, "status=completed,failed")));
        Assert.Empty(Ids(await ListAsync(Client, $"created_after={accepted + 1}")));
        Assert.Empty(Ids(await ListAsync(Client, $"created_before={accepted - 3600}")));
        Assert.Contains(chess.Value, Ids(await ListAsync(Client, $"created_after={accepted}&created_before={accepted + 1}")));
        // To an operator lists show no prompts, and a search tells nothing of them either.
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        Assert.Equal([chess.Value], Ids(await ListAsync(operators, $"client={Client.Name}&q=piano")));
    }

    [Fact]
    public async Task A_job_says_where_it_came_from_and_what_its_client_calls_it_in_task_list_and_storage()
    {
        string prompt = $"{Prompt} {new string('x', 300)}";
        const string own = ",\"reference\":\"größte Katze\",\"metadata\":{\"shop\":\"cats & dogs\"}";
        JobId id = await Client.StartAsync(Api.Body(prompt, more: own));
        JobRecord job = await App.EndOfAsync(id);

        JsonElement item = (await ListAsync(Client, $"ids={id}")).GetProperty("data")[0];
        foreach (JsonElement task in (JsonElement[])[await Client.TaskAsync(id), item])
        {
            Assert.Equal("""{"kind":"http"}""", task.GetProperty("source").GetRawText());
            Assert.Equal("größte Katze", task.GetProperty("reference").GetString());
            Assert.Equal("cats & dogs", task.GetProperty("metadata").GetProperty("shop").GetString());
        }

        Assert.Equal(prompt[..200], item.GetProperty("prompt").GetString());
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        JsonElement seenByOperator = (await ListAsync(operators, $"ids={id}")).GetProperty("data")[0];
        Assert.False(seenByOperator.TryGetProperty("prompt", out _));
        BlobClient video = App.Services.GetRequiredService<EvolinkStorage>().Videos.GetBlobClient(job.Video!.Blob);
        IDictionary<string, string> metadata = (await video.GetPropertiesAsync()).Value.Metadata;
        Assert.Equal(
            ("http", "größte Katze", "cats & dogs"),
            (metadata["source"], Uri.UnescapeDataString(metadata["reference"]), Uri.UnescapeDataString(metadata["meta_shop"])));
        Assert.Equal("gr__te Katze", (await video.GetTagsAsync()).Value.Tags["reference"]);
    }

    [Fact]
    public async Task A_list_shows_ones_own_jobs_only_and_an_operator_asks_by_client()
    {
        using Guest other = App.NewGuest();
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        JobId job = await Client.StartAsync();

        // Apps share one storage here, and their guests have the same names: another app's guest may have jobs of its own.
        Assert.DoesNotContain(Ids(await ListAsync(other, "")), id => id == job.Value);
        Assert.Empty(Ids(await ListAsync(other, $"ids={job}")));
        using HttpResponseMessage refused = await other.GetAsync($"v1/tasks?client={Client.Name}");
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        Assert.Equal([job.Value], Ids(await ListAsync(operators, $"client={Client.Name}")));
        using HttpResponseMessage unseen = await other.GetAsync($"v1/tasks/{job}/request");
        await unseen.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
    }

    [Fact]
    public async Task A_wrong_question_is_named()
    {
        foreach ((string query, string param) in new[] { ("status=done", "status"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=two", "limit"), ("status=completed,done", "status"), ("created_after=today", "created_after"), ("created_before=-1", "created_before"), ("created_before=999999999999", "created_before"), ($"q={new string('x', 201)}", "q"), ("after=***", "after"), ("after=eA", "after") })
        {
            using HttpResponseMessage response = await Client.GetAsync($"v1/tasks?{query}");
            Assert.Equal(param, (await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("param").GetString());
        }
    }

    [Fact]
    public async Task The_request_of_a_job_comes_back_as_it_was_sent()
    {
        string body = Api.Body("A cat playing piano", more: ",\"quality\":\"1080p\",\"model_params\":{\"shot_type\":\"multi\"}");
        JobId job = await Client.StartAsync(body);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(body).RootElement, await Client.GetFromJsonAsync<JsonElement>($"v1/tasks/{job}/request")));
    }

    [Fact]
    public async Task A_request_that_is_not_kept_any_more_is_told_so()
    {
        JobId job = await Client.StartAsync();
        await App.EndOfAsync(job);
        await App.Services.GetRequiredService<EvolinkStorage>().Generations.DeleteBlobAsync(
            $"requests/{job}.json", cancellationToken: TestContext.Current.CancellationToken);

        using HttpResponseMessage response = await Client.GetAsync($"v1/tasks/{job}/request");

        await response.AssertErrorAsync(HttpStatusCode.NotFound, "request_not_found");
    }

    [Fact]
    public Task A_link_can_be_one_that_a_browser_saves() => AssertSavedLinksAsync(App, Client, otherwise: "inline");

    /// <summary>A link with <c>disposition=attachment</c> is saved by a browser; another one is not.</summary>
    internal static async Task AssertSavedLinksAsync(TestApp app, HttpClient client, string? otherwise)
    {
        JobId job = await client.StartAsync();
        await app.EndOfAsync(job);
        using HttpClient browser = new();
        foreach ((string query, string? disposition) in new[] { ("?disposition=attachment", "attachment"), ("", otherwise) })
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
