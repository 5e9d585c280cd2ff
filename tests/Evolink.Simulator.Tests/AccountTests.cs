using System.Text;
using System.Text.Json.Nodes;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

public sealed class AccountTests
{
    [Fact]
    public async Task The_list_holds_the_accounts_tasks_newest_first_page_by_page()
    {
        ManualTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });
        List<string> ids = [];
        for (int number = 0; number < 3; number++)
        {
            ids.Insert(0, await api.SubmitAsync());
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        JsonObject first = await ListAsync(api, "?page=1&page_size=2");
        JsonObject second = await ListAsync(api, "?page=2&page_size=2");

        Assert.Equal(ids, [.. Ids(first), .. Ids(second)]);
        Assert.Equal((3, 2), (first["total"]!.GetValue<int>(), first["page_size"]!.GetValue<int>()));
        JsonNode line = first["data"]![0]!;
        Assert.Equal("completed wan2.6-image-to-video video", $"{line["status"]} {line["model"]} {line["type"]}");
        Assert.True(line["has_results"]!.GetValue<bool>());
        Assert.Equal(clock.GetUtcNow().ToUnixTimeSeconds() - 1, line["created_at"]!.GetValue<long>());
        Assert.Empty(Ids(await ListAsync(api, "?status=failed")));
        Assert.Empty(Ids(await ListAsync(api, "?model=sora-2")));
    }

    [Fact]
    public async Task A_lagging_list_shows_a_task_in_time_and_one_that_leaves_out_never()
    {
        ManualTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using Api lagging = await Api.StartAsync(Api.Instant with { TimeProvider = clock, AccountRoutes = new AccountRoutes { ListLag = TimeSpan.FromSeconds(90) } });
        await using Api leaky = await Api.StartAsync(Api.Instant with { AccountRoutes = new AccountRoutes { ListLeavesOut = 1 } });
        for (int number = 0; number < 10; number++)
            await lagging.SubmitAsync();
        await leaky.SubmitAsync();

        int atOnce = Ids(await ListAsync(lagging)).Length;
        clock.Advance(TimeSpan.FromSeconds(90));

        Assert.InRange(atOnce, 0, 9);
        Assert.Equal(10, Ids(await ListAsync(lagging)).Length);
        Assert.Empty(Ids(await ListAsync(leaky)));
    }

    [Fact]
    public async Task A_shared_account_lists_a_strangers_task_of_the_same_model_and_second_that_is_charged_to_nobody_here()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { AccountRoutes = new AccountRoutes { IsShared = true } });
        string id = await api.SubmitAsync();

        JsonArray lines = (await ListAsync(api))["data"]!.AsArray();
        LedgerReport ledger = await api.Simulator.ReadLedgerAsync(withVideos: false, TestContext.Current.CancellationToken);

        string foreign = Assert.Single(ledger.ForeignTasks);
        Assert.Equal(new[] { id, foreign }.Order(), lines.Select(line => line!["id"]!.GetValue<string>()).Order());
        Assert.Single(lines.Select(line => line!["created_at"]!.GetValue<long>()).Distinct());
        Assert.Equal(id, Assert.Single(ledger.Tasks).Id);
        Assert.Equal(id, Assert.Single(ledger.Charges).TaskId);
        Assert.Equal(foreign, (await api.ReadAsync(foreign))["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_batch_holds_the_tasks_that_are_known_and_counts_as_a_read_of_each()
    {
        await using Api api = await Api.StartAsync();
        string id = await api.SubmitAsync();
        string lost = await api.SubmitAsync();
        api.Simulator.Order(Api.OnReads(new ReadFault.NotFound { Times = 1 }) with { TaskId = lost });

        JsonObject first = await BatchAsync(api, id, lost, "task-unified-1-abcdefgh");
        JsonObject second = await BatchAsync(api, lost);

        Assert.Equal([id], Ids(first));
        Assert.Equal([lost], Ids(second));
        Assert.EndsWith(".mp4", new Uri(first["data"]![0]!["results"]![0]!.GetValue<string>()).AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_leaves_ids_out_says_nothing_of_them()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { AccountRoutes = new AccountRoutes { BatchLeavesOut = 1 } });
        Assert.Empty(Ids(await BatchAsync(api, await api.SubmitAsync())));
    }

    [Theory]
    [InlineData("[]"), InlineData("{}"), InlineData("""{"task_ids":[]}"""), InlineData("nothing"), InlineData("""{"task_ids":["0","1","2","3","4","5","6","7","8","9","0","1","2","3","4","5","6","7","8","9","0","1","2","3","4","5","6","7","8","9","0","1","2","3","4","5","6","7","8","9","0","1","2","3","4","5","6","7","8","9","50"]}""")]
    public async Task A_batch_needs_one_to_fifty_ids(string body)
    {
        await using Api api = await Api.StartAsync();
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await api.Http.PostAsync("/v1/tasks/batch", content);
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact]
    public async Task Each_route_can_be_switched_off()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { AccountRoutes = AccountRoutes.None });
        using StringContent content = new("""{"task_ids":["a"]}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage list = await api.Http.GetAsync("/v1/tasks");
        using HttpResponseMessage models = await api.Http.GetAsync("/v1/models");
        using HttpResponseMessage batch = await api.Http.PostAsync("/v1/tasks/batch", content);

        Assert.Equal([404, 404], [(int)list.StatusCode, (int)models.StatusCode]);
        Assert.Contains((int)batch.StatusCode, new[] { 404, 405 });
    }

    [Fact]
    public async Task Models_are_listed()
    {
        await using Api api = await Api.StartAsync();
        using HttpResponseMessage response = await api.Http.GetAsync("/v1/models");
        string[] models = Ids(await Api.JsonAsync(response));
        Assert.Contains("wan2.6-image-to-video", models);
        Assert.Contains("seedance-2.0-lite", models);
    }

    private static async Task<JsonObject> ListAsync(Api api, string query = "")
    {
        using HttpResponseMessage response = await api.Http.GetAsync("/v1/tasks" + query);
        Assert.Equal(200, (int)response.StatusCode);
        return await Api.JsonAsync(response);
    }

    private static async Task<JsonObject> BatchAsync(Api api, params string[] ids)
    {
        JsonObject body = new() { ["task_ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]) };
        using StringContent content = new(body.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await api.Http.PostAsync("/v1/tasks/batch", content);
        Assert.Equal(200, (int)response.StatusCode);
        return await Api.JsonAsync(response);
    }

    private static string[] Ids(JsonObject body) => [.. body["data"]!.AsArray().Select(line => line!["id"]!.GetValue<string>())];
}
