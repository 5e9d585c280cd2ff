using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Evolink.Simulator.Tests;

/// <summary>A simulator and a plain HTTP client of it: on purpose not the project's own client.</summary>
internal sealed class Api : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private Api(RunningSimulator simulator)
    {
        Simulator = simulator;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = simulator.BaseUrl, Timeout = Patience };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SimulatorOptions.DevelopmentKey);
    }

    /// <summary>Done at once, no image fetched, everything on this machine.</summary>
    public static SimulatorOptions Instant { get; } = new() { TaskDuration = TimeSpan.Zero, AllowLoopback = true, FetchImages = false };

    public RunningSimulator Simulator { get; }

    public HttpClient Http { get; }

    public static async Task<Api> StartAsync(SimulatorOptions? options = null) =>
        new(await SimulatorApp.StartAsync(options ?? Instant, TestContext.Current.CancellationToken));

    public static JsonObject Request(string prompt = "A cat playing piano") => new()
    {
        ["model"] = "wan2.6-image-to-video",
        ["prompt"] = prompt,
        ["image_urls"] = new JsonArray("https://example.com/cat.png"),
    };

    public static FaultOrder OnSubmit(SubmitFault fault) => new(new FaultScript { Submit = fault });

    public static FaultOrder OnCallbacks(params CallbackFault[] faults) => new(new FaultScript { Callbacks = faults });

    public static FaultOrder OnReads(params ReadFault[] faults) => new(new FaultScript { Reads = faults });

    public static FaultOrder OnResults(params ResultFault[] faults) => new(new FaultScript { Results = faults });

    public Task<HttpResponseMessage> PostAsync(JsonNode body, string? idempotencyKey = null) => PostAsync(body.ToJsonString(), idempotencyKey);

    public async Task<HttpResponseMessage> PostAsync(string body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos/generations") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await Http.SendAsync(request);
    }

    /// <summary>Submits and returns the task's id.</summary>
    public async Task<string> SubmitAsync(JsonNode? body = null, string? idempotencyKey = null)
    {
        using HttpResponseMessage response = await PostAsync(body ?? Request(), idempotencyKey);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await JsonAsync(response))["id"]!.GetValue<string>();
    }

    public Task<HttpResponseMessage> GetTaskAsync(string id) => Http.GetAsync($"/v1/tasks/{id}");

    public async Task<JsonObject> ReadAsync(string id)
    {
        using HttpResponseMessage response = await GetTaskAsync(id);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await JsonAsync(response);
    }

    public async Task<string> LinkAsync(string id) => (await ReadAsync(id))["results"]![0]!.GetValue<string>();

    /// <summary>GETs a link without the API key, byte for byte.</summary>
    public static async Task<HttpResponseMessage> DownloadAsync(string link, Action<HttpRequestMessage>? shape = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(link, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        shape?.Invoke(request);
        using var anonymous = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }, disposeHandler: false) { Timeout = Patience };
        return await anonymous.SendAsync(request, completion);
    }

    public async Task<byte[]> DownloadVideoAsync(string id)
    {
        using HttpResponseMessage response = await DownloadAsync(await LinkAsync(id));
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    public static async Task<JsonObject> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

    public static async Task<string> ErrorCodeAsync(HttpResponseMessage response) =>
        (await JsonAsync(response))["error"]!["code"]!.GetValue<string>();

    /// <summary>Asks the ledger until a task is as it should be.</summary>
    public async Task<TaskReport> UntilAsync(string id, Func<TaskReport, bool> reached)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (true)
        {
            TaskReport task = (await Simulator.ReadLedgerAsync(withVideos: false, patience.Token)).Tasks.Single(task => task.Id == id);
            if (reached(task))
                return task;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>The first task, as soon as there is one.</summary>
    public async Task<TaskReport> UntilFirstTaskAsync()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (true)
        {
            if ((await Simulator.ReadLedgerAsync(withVideos: false, patience.Token)).Tasks is [var task, ..])
                return task;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Simulator.DisposeAsync();
    }
}
