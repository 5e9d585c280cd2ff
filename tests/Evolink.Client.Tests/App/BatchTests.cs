using System.Text.Json.Nodes;

namespace Evolink.Client.Tests.App;

public sealed class BatchTests
{
    private const string Batch = """
        {"created":1795345442,"id":"batch-1","object":"video.generation.batch","status":"processing","progress":57,
         "counts":{"total":3,"pending":1,"processing":1,"completed":1,"failed":0,"cancelled":0,"removed":0},"max_in_flight":20
        """;

    [Fact]
    public async Task Generations_are_started_under_one_key()
    {
        await using var app = await StubApi.StartAsync(200, Batch + "}");

        var batch = await app.AppClient().StartBatchAsync([Clients.Cat, Clients.Cat with { Prompt = "A dog" }], "shop-1", maxInFlight: 20);

        Assert.Equal(("batch-1", EvolinkAppBatchStatus.Processing, 57, 20, false), (batch.Id, batch.Status, batch.Progress, batch.MaxInFlight, batch.IsOver));
        Assert.Equal((3, 1, 1, 1), (batch.Counts.Total, batch.Counts.Pending, batch.Counts.Processing, batch.Counts.Completed));
        var request = Assert.Single(app.Seen);
        Assert.Equal(("POST", "/v1/batches", "shop-1"), (request.Method, request.Target, request.Headers["Idempotency-Key"]));
        var body = JsonNode.Parse(request.Body)!;
        Assert.Equal(("A dog", 20), ((string?)body["generations"]![1]!["prompt"], (int?)body["max_in_flight"]));
        Assert.Null(body["template"]);
    }

    [Fact]
    public async Task A_template_goes_without_an_image_and_the_images_beside_it()
    {
        await using var app = await StubApi.StartAsync(200, Batch + "}");

        await app.AppClient().StartBatchAsync(Clients.Cat with { ImageUrls = null }, ["https://a.example/1.png", "https://a.example/2.png"]);

        var body = JsonNode.Parse(Assert.Single(app.Seen).Body)!.AsObject();
        Assert.Equal(["template", "images"], body.Select(member => member.Key));
        Assert.Equal(["model", "prompt"], body["template"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task Items_are_read_page_by_page_with_their_results()
    {
        await using var app = await StubApi.StartAsync(
            StubApi.Answer(200, Batch + ""","items":[{"index":0,"id":"gen-1","status":"completed","progress":100,"results":["https://s.example/1.mp4?sig=%2b"]}],"next":0}"""),
            StubApi.Answer(200, Batch + ""","items":[{"index":1,"id":"gen-2","status":"failed","error":{"code":"x","message":"no"}}]}"""));

        var items = await app.AppClient().ListBatchItemsAsync("batch-1").ToListAsync();

        Assert.Equal([(0, "gen-1"), (1, "gen-2")], items.Select(item => (item.Index, item.Task.Id)));
        Assert.Equal("https://s.example/1.mp4?sig=%2b", items[0].Task.Link!.OriginalString);
        Assert.Equal("x", items[1].Task.Error!.Code);
        Assert.Equal(["/v1/batches/batch-1?limit=100", "/v1/batches/batch-1?limit=100&after=0"], app.Seen.Select(request => request.Target));
    }

    [Fact]
    public async Task A_batch_is_followed_to_its_end_and_cancelled_by_a_call()
    {
        await using var app = await StubApi.StartAsync(200, Batch + ""","ended_at":"2026-11-28T10:00:00Z","items":[]}""");

        Assert.True((await app.AppClient().WatchBatchAsync("batch-1").SingleAsync()).IsOver);
        Assert.Equal("batch-1", (await app.AppClient().CancelBatchAsync("batch-1")).Id);

        Assert.Equal(("POST", "/v1/batches/batch-1/cancel"), (app.Seen[1].Method, app.Seen[1].Target));
    }
}
