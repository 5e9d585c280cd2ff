using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>Batches over HTTP.</summary>
public sealed class BatchTests(Apps apps) : AppTests(apps.Usual)
{
    private const int MostBytes = 16 << 20;

    [Fact]
    public async Task Every_item_becomes_a_job_of_its_own_with_its_result_though_few_may_be_under_way()
    {
        Order(new FaultScript { Reads = [new ReadFault.Fails("content_policy_violation", "No.")] });
        string id = await PostAsync("""{"generations":[""" + string.Join(',', Api.Body("first"), Api.Body(Prompt), Api.Body("third")) + """],"max_in_flight":2}""");
        JsonElement end = await Client.EndOfBatchAsync(id);

        Assert.Equal("completed", end.GetProperty("status").GetString());
        Assert.Equal((3, 2, 1), (end.Count("total"), end.Count("completed"), end.Count("failed")));
        JsonElement[] items = [.. end.GetProperty("items").EnumerateArray()];
        Assert.Equal("content_policy_violation", items[1].GetProperty("error").GetProperty("code").GetString());
        foreach (JsonElement item in new[] { items[0], items[2] })
        {
            Assert.NotEmpty(await Client.GetByteArrayAsync(item.GetProperty("results")[0].GetString()));
            JsonElement task = await Client.TaskAsync(JobId.Parse(item.GetProperty("id").GetString()!));
            Assert.Equal("completed", task.GetProperty("status").GetString());
        }

        JsonElement failed = await Client.BatchAsync(id, "?status=failed&limit=1");
        Assert.Equal(1, Assert.Single(failed.GetProperty("items").EnumerateArray()).GetProperty("index").GetInt32());
        Assert.False(failed.TryGetProperty("next", out _));
        JsonElement first = await Client.BatchAsync(id, "?limit=2");
        JsonElement rest = await Client.BatchAsync(id, $"?after={first.GetProperty("next").GetInt32()}");
        Assert.Equal(2, Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("index").GetInt32());
        Assert.Equal(3, (await LedgerAsync(JobsOf(end))).Charges.Count);
    }

    [Fact]
    public async Task Posted_twice_with_one_key_it_runs_once_and_another_body_is_a_conflict()
    {
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(Batches.OfImages(3, prompt: Prompt), "order-1")));
        await Client.EndOfBatchAsync(Assert.Single(ids.Distinct()));

        using HttpResponseMessage again = await Client.PostAsync("v1/batches", Batches.OfImages(3, prompt: Prompt), "order-1");
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        using HttpResponseMessage other = await Client.PostAsync("v1/batches", Batches.OfImages(2, prompt: Prompt), "order-1");
        await other.AssertErrorAsync(HttpStatusCode.Conflict, "idempotency_conflict");
        Assert.Equal(3, (await App.Simulator.ReadLedgerAsync(withVideos: false)).Tasks.Count(task => task.Prompt == Prompt));
    }

    [Fact]
    public async Task Batches_are_listed_newest_first_to_their_client_and_paged()
    {
        string[] ids = [await PostAsync(Batches.OfImages(1, prompt: Prompt)), await PostAsync(Batches.OfImages(2)), await PostAsync(Batches.OfImages(3))];
        await Client.EndOfBatchAsync(ids[0]);
        using Guest other = App.NewGuest();

        JsonElement first = await Client.GetFromJsonAsync<JsonElement>("v1/batches?limit=2");
        JsonElement rest = await Client.GetFromJsonAsync<JsonElement>($"v1/batches?limit=2&after={first.GetProperty("next").GetString()}");

        Assert.Equal(ids.Reverse(), Ids(first).Concat(Ids(rest)));
        Assert.False(rest.TryGetProperty("next", out _));
        JsonElement done = Assert.Single(rest.GetProperty("data").EnumerateArray());
        Assert.Equal(("completed", 1, 100), (done.GetProperty("status").GetString(), done.Count("completed"), done.GetProperty("progress").GetInt32()));
        Assert.False(done.TryGetProperty("items", out _));
        Assert.DoesNotContain(ids[0], Ids(await other.GetFromJsonAsync<JsonElement>("v1/batches")));
        using HttpResponseMessage refused = await other.GetAsync($"v1/batches?client={Client.Name}");
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        using HttpResponseMessage wrong = await Client.GetAsync("v1/batches?after=***");
        await wrong.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");

        static string[] Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(batch => batch.GetProperty("id").GetString()!)];
    }

    [Fact]
    public async Task One_wrong_item_refuses_the_whole_batch_and_is_named()
    {
        string notMine = $"{App.Host.BaseUrl}v1/images/{new string('a', 64)}";
        (string Body, string Param)[] wrong =
        [
            (Batches.OfList(Api.Body(), Api.Body(prompt: "")), "generations[1].prompt"),
            (Batches.OfList(Api.Body(), Api.Body(image: notMine)), "generations[1].image_urls[0]"),
            (Batches.OfImages(2).Replace("https://example.com/1.png", notMine, StringComparison.Ordinal), "images[1]"),
            (Batches.OfImages(2, ""","max_in_flight":0"""), "max_in_flight"),
        ];
        foreach ((string body, string param) in wrong)
        {
            using HttpResponseMessage response = await Client.PostAsync("v1/batches", body);
            Assert.Equal(param, (await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("param").GetString());
        }

        using HttpResponseMessage large = await Client.PostAsync("v1/batches", new string(' ', MostBytes + 1));
        await large.AssertErrorAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
        Assert.Empty((await (await Client.GetAsync("v1/tasks")).JsonAsync()).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task A_cancel_ends_what_is_under_way_and_starts_nothing_more_and_others_see_nothing_of_it()
    {
        Order(Stuck, submits: null);
        using Guest other = App.NewGuest();
        string id = await PostAsync(Batches.OfImages(5, ""","max_in_flight":1""", Prompt));
        await Client.BatchUntilAsync(id, batch => batch.Count("processing") > 0);

        using HttpResponseMessage notTheirs = await other.PostAsync($"v1/batches/{id}/cancel", string.Empty);
        await notTheirs.AssertErrorAsync(HttpStatusCode.NotFound, "batch_not_found");
        using HttpResponseMessage notShown = await other.GetAsync($"v1/batches/{id}");
        await notShown.AssertErrorAsync(HttpStatusCode.NotFound, "batch_not_found");
        using HttpResponseMessage cancelled = await Client.PostAsync($"v1/batches/{id}/cancel", string.Empty);
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        JsonElement end = await Client.EndOfBatchAsync(id);

        Assert.Equal("cancelled", end.GetProperty("status").GetString());
        Assert.Equal(5, end.Count("cancelled"));
        Assert.All(end.GetProperty("items").EnumerateArray(), item => Assert.Equal("request_cancelled", item.GetProperty("error").GetProperty("code").GetString()));
        Assert.Single((await App.Simulator.ReadLedgerAsync(withVideos: false)).Tasks, task => task.Prompt == Prompt);
    }

    private async Task<string> PostAsync(string json, string? key = null)
    {
        using HttpResponseMessage response = await Client.PostAsync("v1/batches", json, key);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.JsonAsync()).GetProperty("id").GetString()!;
    }

    private static IEnumerable<JobId> JobsOf(JsonElement batch) =>
        batch.GetProperty("items").EnumerateArray().Select(item => JobId.Parse(item.GetProperty("id").GetString()!));
}
