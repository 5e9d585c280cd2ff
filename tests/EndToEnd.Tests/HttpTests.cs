using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>The HTTP surface as clients meet it.</summary>
public sealed class HttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestApp _app = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(
            azurite, new TestAppOptions { Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false } });
        _client = _app.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_answer_to_a_submit_has_the_shape_of_evolinks_own()
    {
        using HttpResponseMessage response = await _client.GenerateAsync();
        JsonElement task = await response.JsonAsync();
        Assert.Equal("pending", task.GetProperty("status").GetString());
        Assert.Equal("video.generation.task", task.GetProperty("object").GetString());
        Assert.Equal("video", task.GetProperty("type").GetString());
        Assert.Equal("wan2.6-image-to-video", task.GetProperty("model").GetString());
        Assert.Equal(0, task.GetProperty("progress").GetInt32());
        Assert.True(task.GetProperty("task_info").GetProperty("can_cancel").GetBoolean());
        Assert.Equal($"/v1/tasks/{task.GetProperty("id").GetString()}", response.Headers.Location!.OriginalString);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task The_seeds_own_example_is_refused_for_its_missing_image_alone()
    {
        using HttpResponseMessage response = await _client.GenerateAsync("""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano"}""");
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal("image_urls", error.GetProperty("param").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task The_same_key_and_body_meet_the_same_job_and_another_body_is_a_conflict()
    {
        string key = Guid.NewGuid().ToString();
        using HttpResponseMessage first = await _client.GenerateAsync(key: key);
        using HttpResponseMessage second = await _client.GenerateAsync(key: key);
        Assert.Equal((await first.JsonAsync()).GetProperty("id").GetString(), (await second.JsonAsync()).GetProperty("id").GetString());
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", Assert.Single(second.Headers.GetValues("Idempotency-Replayed")));
        using HttpResponseMessage other = await _client.GenerateAsync(Api.Body("A dog"), key);
        await other.AssertErrorAsync(HttpStatusCode.Conflict, "idempotency_conflict");
    }

    [Fact]
    public async Task A_thousand_posts_with_one_key_at_once_are_one_job_and_one_charge()
    {
        string key = Guid.NewGuid().ToString();
        JobId[] ids = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => _client.StartAsync(key: key)));
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(Assert.Single(ids.Distinct()))).State);
        Assert.Single((await _app.Simulator.ReadLedgerAsync(withVideos: false)).Charges);
    }

    [Fact]
    public async Task Posts_with_one_key_before_and_after_the_host_stopped_among_them_are_one_job_and_one_charge()
    {
        string key = Guid.NewGuid().ToString();
        Task<JobId?>[] posts = [.. Enumerable.Range(0, 50).Select(_ => TryStartAsync(key))];
        JobId id = (await await Task.WhenAny(posts))!.Value;
        await _app.StopHostAsync();
        JobId?[] answered = await Task.WhenAll(posts);
        await _app.StartHostAsync();
        using HttpClient again = _app.Client();
        JobId[] later = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => again.StartAsync(key: key)));
        Assert.All(answered.OfType<JobId>().Concat(later), each => Assert.Equal(id, each));
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(id)).State);
        Assert.Single((await _app.Simulator.ReadLedgerAsync(withVideos: false)).Charges);
    }

    // Null where the host was going, or gone: a client posts the same again.
    private async Task<JobId?> TryStartAsync(string key)
    {
        try
        {
            using HttpResponseMessage response = await _client.GenerateAsync(key: key);
            return response.IsSuccessStatusCode ? JobId.Parse((await response.JsonAsync()).GetProperty("id").GetString()!) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    [Fact]
    public async Task Two_clients_with_one_key_have_two_jobs()
    {
        using HttpClient bob = _app.Client(TestApp.OtherClientKey);
        Assert.NotEqual(await _client.StartAsync(key: "order-1"), await bob.StartAsync(key: "order-1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a-wrong-key-of-the-tests")]
    public async Task Without_a_valid_key_every_call_is_401(string? key)
    {
        using HttpClient nobody = _app.Client(key);
        using HttpResponseMessage post = await nobody.GenerateAsync();
        await post.AssertErrorAsync(HttpStatusCode.Unauthorized, "unauthorized");
        using HttpResponseMessage get = await nobody.GetAsync($"v1/tasks/{JobId.New()}");
        await get.AssertErrorAsync(HttpStatusCode.Unauthorized, "unauthorized");
        using HttpResponseMessage image = await nobody.GetAsync($"v1/images/{new string('a', 64)}");
        await image.AssertErrorAsync(HttpStatusCode.Unauthorized, "unauthorized");
        using HttpResponseMessage video = await nobody.GetAsync($"v1/videos/{JobId.New()}/content");
        await video.AssertErrorAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Without_any_configured_key_every_call_is_401()
    {
        await using TestApp closed = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["Evolink:ClientKeys:alice:0"] = null, ["Evolink:ClientKeys:bob:0"] = null, ["Evolink:OperatorKeys:ops:0"] = null },
        });
        using HttpClient client = closed.Client(string.Empty);
        using HttpResponseMessage response = await client.GenerateAsync();
        await response.AssertErrorAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Another_clients_job_is_not_there_but_an_operator_sees_it()
    {
        JobId id = await _client.StartAsync();
        using HttpClient bob = _app.Client(TestApp.OtherClientKey);
        using HttpResponseMessage hidden = await bob.GetAsync($"v1/tasks/{id}");
        await hidden.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
        using HttpClient operators = _app.Client(TestApp.OperatorKey);
        Assert.Equal(id.Value, (await operators.TaskAsync(id)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Unknown_ids_and_malformed_ids_are_not_there()
    {
        foreach (string id in (string[])[JobId.New().Value, "task-1", "..", new string('x', 500)])
        {
            using HttpResponseMessage response = await _client.GetAsync($"v1/tasks/{id}");
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_path_that_is_not_there_and_a_wrong_method_are_told_in_the_envelope()
    {
        using HttpResponseMessage missing = await _client.GetAsync("v1/nothing");
        await missing.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
        using HttpResponseMessage wrong = await _client.DeleteAsync("v1/videos/generations");
        await wrong.AssertErrorAsync(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Equal(["POST"], wrong.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("v1/videos/generations", """{"\ud800":1,"prompt":"x"}""")]
    [InlineData("v1/videos/generations", """{"prompt":"\ud800"}""")]
    [InlineData("v1/batches", """{"requests":[{"\ud800":1}]}""")]
    public async Task Half_a_surrogate_pair_is_400_wherever_it_stands(string path, string body)
    {
        using HttpResponseMessage response = await _client.PostAsync(path, body);
        await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_host_that_is_none_is_400()
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(_app.Host.BaseUrl.Host, _app.Host.BaseUrl.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/tasks HTTP/1.1\r\nHost: a..b\r\nAuthorization: Bearer {TestApp.ClientKey}\r\nConnection: close\r\n\r\n"));
        using StreamReader answer = new(stream);
        string text = await answer.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", text, StringComparison.Ordinal);
        Assert.Contains("invalid_request", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        using HttpResponseMessage response = await _client.GenerateAsync(Api.Body(new string('x', 2 << 20)));
        await response.AssertErrorAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task A_missing_api_key_is_told_and_nothing_is_accepted()
    {
        await using TestApp unready = await TestApp.StartAsync(azurite, new TestAppOptions { Settings = new Dictionary<string, string?> { ["Evolink:ApiKey"] = null } });
        using HttpClient client = unready.Client();
        using HttpResponseMessage response = await client.GenerateAsync();
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.ServiceUnavailable, "service_not_configured");
        Assert.Contains("Evolink:ApiKey", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        JsonElement health = await (await client.GetAsync("healthz")).JsonAsync();
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal("Evolink:ApiKey", health.GetProperty("missing")[0].GetString());
    }

    [Fact]
    public async Task Healthz_says_ok_to_everybody_when_storage_and_evolink_answer()
    {
        using HttpClient nobody = _app.Client(null);
        using HttpResponseMessage response = await nobody.GetAsync("healthz");
        JsonElement health = await response.JsonAsync();
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.True(health.GetProperty("checks").GetProperty("storage").GetProperty("ok").GetBoolean());
        Assert.True(health.GetProperty("checks").GetProperty("evolink").GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task The_root_says_what_this_is()
    {
        using HttpClient nobody = _app.Client(null);
        Assert.Contains("/v1/videos/generations", await nobody.GetStringAsync(string.Empty), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_waiting_query_answers_when_the_job_ends()
    {
        await using TestApp slow = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.FromSeconds(1), FetchImages = false },
        });
        using HttpClient client = slow.Client();
        JobId id = await client.StartAsync();
        string? status = "pending";
        for (int i = 0; i < 10 && status != "completed"; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"v1/tasks/{id}");
            request.Headers.Add("Prefer", "respond-async, wait=25");
            using HttpResponseMessage response = await client.SendAsync(request);
            string? now = (await response.JsonAsync()).GetProperty("status").GetString();
            // Each answer but the first brings a change: pending, processing, completed.
            Assert.True(i == 0 || now != status, now);
            status = now;
        }

        Assert.Equal("completed", status);
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_browsers_need()
    {
        using HttpResponseMessage response = await _client.GetAsync("v1/nothing");
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.NotEmpty(response.Headers.GetValues("Strict-Transport-Security"));
    }

    [Fact]
    public async Task The_content_link_leads_to_the_video()
    {
        JobId id = await _client.StartAsync();
        await _app.EndOfAsync(id);
        using HttpResponseMessage redirect = await _client.GetAsync($"v1/videos/{id}/content");
        Assert.Equal(HttpStatusCode.Redirect, redirect.StatusCode);
        using HttpResponseMessage video = await _client.GetAsync(redirect.Headers.Location);
        Assert.Equal("video/mp4", video.Content.Headers.ContentType!.MediaType);
        using HttpClient bob = _app.Client(TestApp.OtherClientKey);
        using HttpResponseMessage hidden = await bob.GetAsync($"v1/videos/{id}/content");
        await hidden.AssertErrorAsync(HttpStatusCode.NotFound, "video_not_found");
    }

    [Fact]
    public async Task With_private_storage_the_app_streams_the_video_in_ranges_to_whoever_holds_the_signed_link()
    {
        await using TestApp proxy = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false },
            Settings = new Dictionary<string, string?> { ["Evolink:VideoDelivery"] = "Proxy" },
        });
        using HttpClient client = proxy.Client();
        JobId id = await client.StartAsync();
        await proxy.EndOfAsync(id);
        string link = (await client.TaskAsync(id)).GetProperty("results")[0].GetString()!;

        using HttpClient nobody = proxy.Client(null);
        byte[] whole = await nobody.GetByteArrayAsync(link);
        using HttpRequestMessage request = new(HttpMethod.Get, link);
        request.Headers.Range = new RangeHeaderValue(100, 199);
        using HttpResponseMessage range = await nobody.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(whole[100..200], await range.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage forged = await nobody.GetAsync(link.Replace("e=", "e=9", StringComparison.Ordinal));
        await forged.AssertErrorAsync(HttpStatusCode.NotFound, "video_not_found");
    }
}
