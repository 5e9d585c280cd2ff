using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>The HTTP surface as clients meet it.</summary>
public sealed class HttpTests(Apps apps) : AppTests(apps.Usual)
{
    [Fact]
    public async Task The_answer_to_a_submit_has_the_shape_of_evolinks_own()
    {
        using HttpResponseMessage response = await Client.GenerateAsync();
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
        using HttpResponseMessage response = await Client.GenerateAsync("""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano"}""");
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal("image_urls", error.GetProperty("param").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task The_same_key_and_body_meet_the_same_job_and_another_body_is_a_conflict()
    {
        string key = Guid.NewGuid().ToString();
        using HttpResponseMessage first = await Client.GenerateAsync(key: key);
        using HttpResponseMessage second = await Client.GenerateAsync(key: key);
        Assert.Equal((await first.JsonAsync()).GetProperty("id").GetString(), (await second.JsonAsync()).GetProperty("id").GetString());
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", Assert.Single(second.Headers.GetValues("Idempotency-Replayed")));
        using HttpResponseMessage other = await Client.GenerateAsync(Api.Body("A dog"), key);
        await other.AssertErrorAsync(HttpStatusCode.Conflict, "idempotency_conflict");
    }

    [Fact]
    public async Task A_thousand_posts_with_one_key_at_once_are_one_job_and_one_charge()
    {
        string key = Guid.NewGuid().ToString();
        JobId[] ids = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Client.StartAsync(key: key)));
        JobId id = Assert.Single(ids.Distinct());
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Fact]
    public async Task Two_clients_with_one_key_have_two_jobs()
    {
        using Guest other = App.NewGuest();
        Assert.NotEqual(await Client.StartAsync(key: "order-1"), await other.StartAsync(key: "order-1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a-wrong-key-of-the-tests")]
    public async Task Without_a_valid_key_every_call_is_401(string? key)
    {
        using HttpClient nobody = App.Client(key);
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
    public async Task Another_clients_job_is_not_there_but_an_operator_sees_it()
    {
        JobId id = await Client.StartAsync();
        using HttpClient bob = App.Client(TestApp.OtherClientKey);
        using HttpResponseMessage hidden = await bob.GetAsync($"v1/tasks/{id}");
        await hidden.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        Assert.Equal(id.Value, (await operators.TaskAsync(id)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Unknown_ids_and_malformed_ids_are_not_there()
    {
        foreach (string id in (string[])[JobId.New().Value, "task-1", "..", new string('x', 500)])
        {
            using HttpResponseMessage response = await Client.GetAsync($"v1/tasks/{id}");
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_path_that_is_not_there_and_a_wrong_method_are_told_in_the_envelope()
    {
        using HttpResponseMessage missing = await Client.GetAsync("v1/nothing");
        await missing.AssertErrorAsync(HttpStatusCode.NotFound, "not_found");
        using HttpResponseMessage wrong = await Client.DeleteAsync("v1/videos/generations");
        await wrong.AssertErrorAsync(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Equal(["POST"], wrong.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("v1/videos/generations", """{"\ud800":1,"prompt":"x"}""")]
    [InlineData("v1/videos/generations", """{"prompt":"\ud800"}""")]
    [InlineData("v1/batches", """{"requests":[{"\ud800":1}]}""")]
    public async Task Half_a_surrogate_pair_is_400_wherever_it_stands(string path, string body)
    {
        using HttpResponseMessage response = await Client.PostAsync(path, body);
        await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_host_that_is_none_never_reaches_the_app()
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(App.Host.BaseUrl.Host, App.Host.BaseUrl.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/tasks HTTP/1.1\r\nHost: a..b\r\nAuthorization: Bearer {Client.Key}\r\nConnection: close\r\n\r\n"));
        using StreamReader answer = new(stream);
        string text = await answer.ReadToEndAsync();
        // The Functions host cannot pass it on to the worker, and says so in its own way.
        Assert.StartsWith("HTTP/1.1 500 ", text, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 0", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        using HttpResponseMessage response = await Client.GenerateAsync(Api.Body(new string('x', 2 << 20)));
        await response.AssertErrorAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task Healthz_says_ok_to_everybody_when_storage_and_evolink_answer()
    {
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage response = await nobody.GetAsync("healthz");
        JsonElement health = await response.JsonAsync();
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.True(health.GetProperty("checks").GetProperty("storage").GetProperty("ok").GetBoolean());
        Assert.True(health.GetProperty("checks").GetProperty("evolink").GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task The_root_says_what_this_is()
    {
        using HttpClient nobody = App.Client(null);
        Assert.Contains("/v1/videos/generations", await nobody.GetStringAsync(string.Empty), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_waiting_query_answers_when_something_changes_and_not_before()
    {
        JobId id = await StartAsync(Stuck);
        string? status = "pending";
        for (int i = 0; i < 10 && status != "completed"; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"v1/tasks/{id}");
            request.Headers.Add("Prefer", "respond-async, wait=25");
            using HttpResponseMessage response = await Client.SendAsync(request);
            string? now = (await response.JsonAsync()).GetProperty("status").GetString();
            // Each answer but the first brings a change: pending, processing, completed.
            Assert.True(i == 0 || now != status, now);
            status = now;
            if (status == "processing")
                await ReleaseAsync(id);
        }

        Assert.Equal("completed", status);
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_browsers_need()
    {
        using HttpResponseMessage response = await Client.GetAsync("v1/nothing");
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.NotEmpty(response.Headers.GetValues("Strict-Transport-Security"));
    }

    [Fact]
    public async Task The_content_link_leads_to_the_video()
    {
        JobId id = await Client.StartAsync();
        await App.EndOfAsync(id);
        using HttpResponseMessage redirect = await Client.GetAsync($"v1/videos/{id}/content");
        Assert.Equal(HttpStatusCode.Redirect, redirect.StatusCode);
        using HttpResponseMessage video = await Client.GetAsync(redirect.Headers.Location);
        Assert.Equal("video/mp4", video.Content.Headers.ContentType!.MediaType);
        using HttpClient bob = App.Client(TestApp.OtherClientKey);
        using HttpResponseMessage hidden = await bob.GetAsync($"v1/videos/{id}/content");
        await hidden.AssertErrorAsync(HttpStatusCode.NotFound, "video_not_found");
    }
}
