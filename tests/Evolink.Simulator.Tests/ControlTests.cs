using System.Net;
using System.Text.Json.Nodes;

namespace Evolink.Simulator.Tests;

public sealed class ControlTests
{
    [Fact]
    public async Task Faults_are_scripted_for_the_next_submits()
    {
        await using Api api = await Api.StartAsync();
        await OrderAsync(api, """{"script":{"submit":{"kind":"throttle","retry_after":"seconds","seconds":3}},"submits":2}""");

        Assert.Equal("429 429 200", $"{await StatusAsync(api)} {await StatusAsync(api)} {await StatusAsync(api)}");
    }

    [Fact]
    public async Task An_order_that_says_no_number_is_for_one_submit()
    {
        await using Api api = await Api.StartAsync();
        await OrderAsync(api, """{"script":{"submit":{"kind":"edge_block"}}}""");

        Assert.Equal("403 200", $"{await StatusAsync(api)} {await StatusAsync(api)}");
    }

    [Fact]
    public async Task Faults_are_scripted_for_prompts_that_hold_a_text()
    {
        await using Api api = await Api.StartAsync();
        await OrderAsync(api, """{"prompt_contains":"[broke]","submits":null,"script":{"submit":{"kind":"reject","status":402,"code":"x","type":"y","message":"z"}}}""");

        Assert.Equal("200 402 402", $"{await StatusAsync(api)} {await StatusAsync(api, "A [broke] cat")} {await StatusAsync(api, "[broke]")}");
    }

    [Fact]
    public async Task Faults_are_scripted_for_a_task_that_exists()
    {
        await using Api api = await Api.StartAsync();
        string id = await api.SubmitAsync();
        await OrderAsync(api, $$$"""{"task_id":"{{{id}}}","script":{"reads":[{"kind":"not_found","times":1}],"results":[{"status":404,"kind":"refused"}]}}""");

        using HttpResponseMessage first = await api.GetTaskAsync(id);
        using HttpResponseMessage video = await Api.DownloadAsync(await api.LinkAsync(id));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (first.StatusCode, video.StatusCode));
    }

    [Theory]
    [InlineData("""{"script":{"submit":{"kind":"no_such_kind"}}}""")]
    [InlineData("""{"script":{"submti":null}}""")]
    [InlineData("""{"task_id":"task-unified-1-aaaaaaaa","script":{}}""")]
    [InlineData("{}")]
    public async Task An_order_that_means_nothing_is_refused(string order)
    {
        await using Api api = await Api.StartAsync();

        using HttpResponseMessage response = await api.Http.PostAsync("/_simulator/faults", new StringContent(order), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_task_can_be_completed_before_its_time()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { TaskDuration = TimeSpan.FromHours(1) });
        string id = await api.SubmitAsync();

        using HttpResponseMessage response = await api.Http.PostAsync($"/_simulator/tasks/{id}/complete", content: null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.NotEmpty(await api.DownloadVideoAsync(id));
    }

    [Fact]
    public async Task The_ledger_is_told_over_http_too()
    {
        await using Api api = await Api.StartAsync();
        string id = await api.SubmitAsync(idempotencyKey: "gen-0123456789.1");

        JsonNode ledger = JsonNode.Parse(await api.Http.GetStringAsync("/_simulator/ledger", TestContext.Current.CancellationToken))!;
        JsonNode tasks = JsonNode.Parse(await api.Http.GetStringAsync("/_simulator/tasks", TestContext.Current.CancellationToken))!;

        Assert.Equal(id, (string?)ledger["charges"]![0]!["task_id"]);
        Assert.Equal("gen-0123456789.1", (string?)ledger["idempotency_keys"]![0]!["key"]);
        Assert.Equal(64, ((string?)ledger["tasks"]![0]!["video"]!["sha256"])!.Length);
        Assert.Equal(id, (string?)tasks[0]!["id"]);
    }

    [Fact]
    public async Task A_reset_forgets_everything()
    {
        await using Api api = await Api.StartAsync(Api.Instant with { TaskDuration = TimeSpan.FromHours(1) });
        string id = await api.SubmitAsync();

        using HttpResponseMessage reset = await api.Http.PostAsync("/_simulator/reset", content: null, TestContext.Current.CancellationToken);
        using HttpResponseMessage gone = await api.GetTaskAsync(id);

        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.NotEqual(id, await api.SubmitAsync());
        Assert.Single((await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken)).Submits);
    }

    [Fact]
    public async Task A_simulator_that_stops_does_not_wait_for_what_hangs()
    {
        Api api = await Api.StartAsync(Api.Instant with { TaskDuration = TimeSpan.FromHours(1) });
        api.Simulator.Order(Api.OnSubmit(new SubmitFault.Hang(Charged: true)));
        Task<HttpResponseMessage> hanging = api.PostAsync(Api.Request());
        await api.UntilFirstTaskAsync();

        await api.Simulator.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
        api.Http.Dispose();
    }

    [Fact]
    public async Task With_tls_everything_is_https()
    {
        await using RunningSimulator simulator = await SimulatorApp.StartAsync(Api.Instant with { RequireTls = true }, TestContext.Current.CancellationToken);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == simulator.Certificate!.GetCertHashString();
        using var http = new HttpClient(handler) { BaseAddress = simulator.BaseUrl };

        using HttpResponseMessage response = await http.GetAsync("/v1/credits", TestContext.Current.CancellationToken);

        Assert.Equal(("https", HttpStatusCode.Unauthorized), (simulator.BaseUrl.Scheme, response.StatusCode));
    }

    [Fact]
    public async Task What_is_not_there_is_404_in_the_envelope()
    {
        await using Api api = await Api.StartAsync();

        using HttpResponseMessage response = await api.Http.GetAsync("/v1/nothing", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (response.StatusCode, await Api.ErrorCodeAsync(response)));
    }

    private static async Task OrderAsync(Api api, string order)
    {
        using HttpResponseMessage response = await api.Http.PostAsync("/_simulator/faults", new StringContent(order));
        Assert.True(response.StatusCode == HttpStatusCode.NoContent, await response.Content.ReadAsStringAsync());
    }

    private static async Task<int> StatusAsync(Api api, string prompt = "A cat")
    {
        using HttpResponseMessage response = await api.PostAsync(Api.Request(prompt));
        return (int)response.StatusCode;
    }
}
