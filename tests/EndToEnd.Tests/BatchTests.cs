using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Functions.Batches;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>Batches over HTTP, with real storage and a peer that behaves like Evolink.</summary>
public sealed class BatchTests(AzuriteFixture azurite)
{
    private static readonly SimulatorOptions Instant = new() { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false };
    private static readonly SimulatorOptions Slow = Instant with { TaskDuration = TimeSpan.FromMinutes(10) };

    private static async Task<string> PostAsync(HttpClient client, string json, string? key = null)
    {
        using HttpResponseMessage response = await client.PostAsync("v1/batches", json, key);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.JsonAsync()).GetProperty("id").GetString()!;
    }

    private static int Count(JsonElement batch, string name) => batch.GetProperty("counts").GetProperty(name).GetInt32();

    [Fact]
    public async Task Every_item_becomes_a_job_of_its_own_with_its_result_though_few_may_be_under_way()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant, ReplayEveryStep = true });
        app.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.Fails("content_policy_violation", "No.")] }, PromptContains: "not this"));
        using HttpClient client = app.Client();
        string id = await PostAsync(client, """{"generations":[""" + string.Join(',', Api.Body("first"), Api.Body("not this"), Api.Body("third")) + """],"max_in_flight":2}""");
        JsonElement end = await client.EndOfBatchAsync(id);

        Assert.Equal("completed", end.GetProperty("status").GetString());
        Assert.Equal((3, 2, 1), (Count(end, "total"), Count(end, "completed"), Count(end, "failed")));
        JsonElement[] items = [.. end.GetProperty("items").EnumerateArray()];
        Assert.Equal("content_policy_violation", items[1].GetProperty("error").GetProperty("code").GetString());
        foreach (JsonElement item in new[] { items[0], items[2] })
        {
            Assert.NotEmpty(await client.GetByteArrayAsync(item.GetProperty("results")[0].GetString()));
            JsonElement task = await client.TaskAsync(JobId.Parse(item.GetProperty("id").GetString()!));
            Assert.Equal("completed", task.GetProperty("status").GetString());
        }

        JsonElement failed = await client.BatchAsync(id, "?status=failed&limit=1");
        Assert.Equal(1, Assert.Single(failed.GetProperty("items").EnumerateArray()).GetProperty("index").GetInt32());
        Assert.False(failed.TryGetProperty("next", out _));
        JsonElement first = await client.BatchAsync(id, "?limit=2");
        JsonElement rest = await client.BatchAsync(id, $"?after={first.GetProperty("next").GetInt32()}");
        Assert.Equal(2, Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("index").GetInt32());
        Assert.Equal(3, (await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges.Count);
    }

    [Fact]
    public async Task Posted_twice_with_one_key_it_runs_once_and_another_body_is_a_conflict()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        using HttpClient client = app.Client();
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(client, Batches.OfImages(3), "order-1")));
        await client.EndOfBatchAsync(Assert.Single(ids.Distinct()));

        using HttpResponseMessage again = await client.PostAsync("v1/batches", Batches.OfImages(3), "order-1");
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        using HttpResponseMessage other = await client.PostAsync("v1/batches", Batches.OfImages(2), "order-1");
        await other.AssertErrorAsync(HttpStatusCode.Conflict, "idempotency_conflict");
        Assert.Equal(3, (await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges.Count);
    }

    [Fact]
    public async Task One_wrong_item_refuses_the_whole_batch_and_is_named()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        using HttpClient client = app.Client();
        string notMine = $"{app.Host.BaseUrl}v1/images/{new string('a', 64)}";
        (string Body, string Param)[] wrong =
        [
            (Batches.OfList(Api.Body(), Api.Body(prompt: "")), "generations[1].prompt"),
            (Batches.OfList(Api.Body(), Api.Body(image: notMine)), "generations[1].image_urls[0]"),
            (Batches.OfImages(2).Replace("https://example.com/1.png", notMine, StringComparison.Ordinal), "images[1]"),
            (Batches.OfImages(2, ""","max_in_flight":0"""), "max_in_flight"),
        ];
        foreach ((string body, string param) in wrong)
        {
            using HttpResponseMessage response = await client.PostAsync("v1/batches", body);
            Assert.Equal(param, (await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("param").GetString());
        }

        using HttpResponseMessage large = await client.PostAsync("v1/batches", new string(' ', CreateBatch.MaxBody + 1));
        await large.AssertErrorAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
        Assert.Empty((await app.Simulator.ReadLedgerAsync(withVideos: false)).Submits);
    }

    [Fact]
    public async Task A_cancel_ends_what_is_under_way_and_starts_nothing_more_and_others_see_nothing_of_it()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Slow });
        using HttpClient client = app.Client();
        using HttpClient bob = app.Client(TestApp.OtherClientKey);
        string id = await PostAsync(client, Batches.OfImages(5, ""","max_in_flight":1"""));
        while (Count(await client.BatchAsync(id), "processing") == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);

        using HttpResponseMessage notBobs = await bob.PostAsync($"v1/batches/{id}/cancel", string.Empty);
        await notBobs.AssertErrorAsync(HttpStatusCode.NotFound, "batch_not_found");
        using HttpResponseMessage notShown = await bob.GetAsync($"v1/batches/{id}");
        await notShown.AssertErrorAsync(HttpStatusCode.NotFound, "batch_not_found");
        using HttpResponseMessage cancelled = await client.PostAsync($"v1/batches/{id}/cancel", string.Empty);
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        JsonElement end = await client.EndOfBatchAsync(id);

        Assert.Equal("cancelled", end.GetProperty("status").GetString());
        Assert.Equal(5, Count(end, "cancelled"));
        Assert.All(end.GetProperty("items").EnumerateArray(), item => Assert.Equal("request_cancelled", item.GetProperty("error").GetProperty("code").GetString()));
        Assert.Single((await app.Simulator.ReadLedgerAsync(withVideos: false)).Submits);
    }

    [Fact]
    public async Task A_batch_whose_orchestration_was_lost_goes_on_by_the_sweep_without_a_second_job()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = Instant,
            Settings = new Dictionary<string, string?> { ["Evolink:SweepGrace"] = "00:00:00.001" },
        });
        using HttpClient client = app.Client();
        string id = await PostAsync(client, Batches.OfImages(4, ""","max_in_flight":1"""));
        while (Count(await client.BatchAsync(id), "completed") == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        await app.Host.DurableClient.TerminateInstanceAsync(id);
        await app.Host.DurableClient.WaitForInstanceCompletionAsync(id);
        BatchRecord lost = await app.Host.Services.GetRequiredService<BatchStore>().ReadAsync(Parse(id), CancellationToken.None);
        Assert.Null(lost.EndedAt);
        // Azurite's times are whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);

        await app.Host.Services.GetRequiredService<BatchSweep>().RunAsync(app.Host.DurableClient, CancellationToken.None);
        Assert.Equal(4, Count(await client.EndOfBatchAsync(id), "completed"));
        Assert.Equal(4, (await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges.Count);
    }

    private static BatchId Parse(string id) => BatchId.TryParse(id, out BatchId batch) ? batch : throw new FormatException(id);
}
