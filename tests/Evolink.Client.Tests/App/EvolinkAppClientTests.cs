using System.Text.Json.Nodes;

namespace Evolink.Client.Tests.App;

public sealed class EvolinkAppClientTests
{
    private const string Waiting = """
        {"id":"gen-1","created":1795856380,"status":"pending","phase":"parked","progress":0,"metadata":{"order":"7"},"new_member":{"a":1},
         "waiting_for":{"code":"evolink_unauthorized","message":"Evolink refuses the key.","since":"2026-11-28T10:00:00Z"},
         "task_info":{"can_cancel":true,"estimated_time":120},"source":{"kind":"fax"}}
        """;

    [Fact]
    public async Task A_generation_is_started_under_its_key_and_read_with_what_the_app_adds()
    {
        await using var app = await StubApi.StartAsync(200, Waiting);

        var task = await app.AppClient().StartAsync(Clients.Cat, "order-7");

        Assert.Equal(("gen-1", false, EvolinkAppPhase.Parked, 0), (task.Id, task.IsOver, task.Phase, task.Progress));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795856380), task.CreatedAt);
        Assert.Equal(EvolinkAppWaitReason.Unauthorized, task.WaitingFor!.Code);
        Assert.Equal("7", task.Metadata!["order"]);
        Assert.Equal(TimeSpan.FromMinutes(2), task.TaskInfo!.EstimatedTime);
        var request = Assert.Single(app.Seen);
        Assert.Equal(("POST", "/v1/videos/generations"), (request.Method, request.Target));
        Assert.Equal(("order-7", "Bearer " + Clients.AppKey), (request.Headers["Idempotency-Key"], request.Headers["Authorization"]));
        Assert.Equal("A cat playing piano", (string?)JsonNode.Parse(request.Body)!["prompt"]);
    }

    [Fact]
    public async Task What_this_version_does_not_know_is_kept()
    {
        await using var app = await StubApi.StartAsync(200, Waiting);

        var task = await app.AppClient().GetTaskAsync("gen-1");

        Assert.Equal("fax", task.Source!.Kind.Value);
        Assert.Equal(1, task.GetRawJson().GetProperty("new_member").GetProperty("a").GetInt32());
        // A log shall not hold what may be a link or a prompt.
        Assert.DoesNotContain("new_member", task.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_of_the_callers_the_tries_of_one_call_have_one_of_their_own()
    {
        await using var app = await StubApi.StartAsync(StubApi.Answer(503, "{}", ("Retry-After", "0")), StubApi.Answer(200, Waiting));

        await app.AppClient().StartAsync(Clients.Cat);

        string[] keys = [.. app.Seen.Select(request => request.Headers["Idempotency-Key"])];
        Assert.Equal(2, keys.Length);
        Assert.Equal(keys[0], keys[1]);
        Assert.True(IdempotencyKey.IsValid(keys[0]));
    }

    [Theory]
    [InlineData(""), InlineData("a b"), InlineData("a\n"), InlineData("clé")]
    public async Task A_key_that_the_app_does_not_take_is_not_sent(string key)
    {
        await using var app = await StubApi.StartAsync(200, Waiting);
        await Assert.ThrowsAsync<ArgumentException>(() => app.AppClient().StartAsync(Clients.Cat, key));
        await Assert.ThrowsAsync<ArgumentException>(() => app.AppClient().StartBatchAsync([Clients.Cat], new string('k', 256)));
        Assert.Empty(app.Seen);
    }

    [Theory]
    [InlineData(25, "wait=25"), InlineData(2.9, "wait=2"), InlineData(600, "wait=60"), InlineData(-1, "wait=0")]
    public async Task A_wait_is_asked_for_in_whole_seconds(double seconds, string preference)
    {
        await using var app = await StubApi.StartAsync(200, Waiting);
        await app.AppClient().GetTaskAsync("gen-1", TimeSpan.FromSeconds(seconds));
        Assert.Equal(preference, Assert.Single(app.Seen).Headers["Prefer"]);
    }

    [Fact]
    public async Task Transient_trouble_is_waited_out_and_what_the_app_refuses_is_told_in_its_own_words()
    {
        await using var app = await StubApi.StartAsync(
            StubApi.Answer(503, "<html>", ("Retry-After", "0")),
            StubApi.Answer(429, "{}", ("Retry-After", "0")),
            StubApi.Answer(404, """{"error":{"code":"task_not_found","message":"There is no such task.","type":"invalid_request_error"}}"""));

        var refused = await Assert.ThrowsAsync<EvolinkException>(() => app.AppClient().GetTaskAsync("gen-1"));

        Assert.Equal(("task_not_found", "There is no such task.", 404), (refused.Code, refused.ErrorMessage, refused.StatusCode));
        Assert.Equal(3, app.Seen.Count);
    }

    [Theory]
    [InlineData(403, "<html>", "blocked_by_edge"), InlineData(401, "", "unauthorized"), InlineData(401, "<html>", "unauthorized")]
    [InlineData(400, "{}", "http_error"), InlineData(200, "<html>", "unreadable_answer"), InlineData(200, """{"id":7}""", "unreadable_answer")]
    [InlineData(200, """{"id":"gen-1","created":"yesterday"}""", "unreadable_answer")]
    public async Task An_answer_that_is_not_the_apps_is_an_error_with_a_code(int status, string body, string code)
    {
        await using var app = await StubApi.StartAsync(status, body);
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => app.AppClient(options => options.MaxRetries = 0).CancelTaskAsync("gen-1"));
        Assert.Equal(code, failure.Code);
    }

    [Fact]
    public async Task An_app_that_is_not_there_is_a_failed_connection()
    {
        var client = new EvolinkAppClient(new EvolinkAppClientOptions { BaseUrl = RawServer.Nowhere(), ApiKey = "k", MaxRetries = 0 });
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => client.GetTaskAsync("gen-1"));
        Assert.Equal((EvolinkErrorCodes.ConnectionFailed, true), (failure.Code, failure.IsTransient));
    }

    [Fact]
    public async Task Tasks_are_listed_page_by_page_and_no_further_than_they_are_asked_for()
    {
        var pages = new[] { StubApi.Answer(200, """{"data":[{"id":"gen-3"},{"id":"gen-2"}],"next":"a b"}"""), StubApi.Answer(200, """{"data":[{"id":"gen-1"}]}""") };
        await using var app = await StubApi.StartAsync(pages);

        var two = await app.AppClient().ListTasksAsync(VideoTaskStatus.Failed).Take(2).Select(task => task.Id).ToListAsync();

        Assert.Equal(["gen-3", "gen-2"], two);
        Assert.Equal("/v1/tasks?limit=100&status=failed", Assert.Single(app.Seen).Target);
        await using var again = await StubApi.StartAsync(pages);
        Assert.Equal(["gen-3", "gen-2", "gen-1"], await again.AppClient().ListTasksAsync().Select(task => task.Id).ToListAsync());
        Assert.Equal("/v1/tasks?limit=100&after=a%20b", again.Seen[1].Target);
    }

    [Fact]
    public async Task A_task_is_followed_to_its_end()
    {
        await using var app = await StubApi.StartAsync(
            StubApi.Answer(200, """{"id":"gen-1","status":"pending"}"""),
            StubApi.Answer(200, """{"id":"gen-1","status":"processing"}"""),
            StubApi.Answer(200, """{"id":"gen-1","status":"failed"}"""));

        var statuses = await app.AppClient().WatchAsync("gen-1").Select(task => task.Status).ToListAsync();

        Assert.Equal([VideoTaskStatus.Pending, VideoTaskStatus.Processing, VideoTaskStatus.Failed], statuses);
        Assert.Equal([null, "wait=25", "wait=25"], app.Seen.Select(request => request.Headers.GetValueOrDefault("Prefer")));
    }

    [Fact]
    public async Task An_image_is_uploaded_with_its_type_and_its_link_kept_to_the_letter()
    {
        await using var app = await StubApi.StartAsync(200, """{"url":"https://app.example/v1/images/1?s=%2b~%2F"}""");
        Assert.Equal("https://app.example/v1/images/1?s=%2b~%2F", (await app.AppClient().UploadImageAsync(new byte[] { 1, 2 }, "image/png")).OriginalString);
        Assert.Equal("image/png", Assert.Single(app.Seen).Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("cancel"), InlineData("redeliver")]
    public async Task A_task_is_cancelled_and_its_end_delivered_again_by_a_call_of_its_own(string call)
    {
        await using var app = await StubApi.StartAsync(200, Waiting);
        var client = app.AppClient();
        var task = call == "cancel" ? await client.CancelTaskAsync("gen-1") : await client.RedeliverAsync("gen-1");
        Assert.Equal("gen-1", task.Id);
        Assert.Equal(("POST", $"/v1/tasks/gen-1/{call}"), (Assert.Single(app.Seen).Method, app.Seen[0].Target));
    }

    [Fact]
    public async Task What_was_asked_for_can_be_read()
    {
        await using var app = await StubApi.StartAsync(200, """{"model":"wan2.6-image-to-video","prompt":"A cat","duration":5.0}""");
        var request = await app.AppClient().GetRequestAsync("gen-1");
        Assert.Equal(("A cat", 5), (request.Prompt, request.Duration));
        Assert.Equal("/v1/tasks/gen-1/request", Assert.Single(app.Seen).Target);
    }

    [Fact]
    public async Task Any_other_call_is_json_in_and_out()
    {
        await using var app = await StubApi.StartAsync(StubApi.Answer(200, """{"state":"stopped"}"""), StubApi.Answer(200, "<html>"));
        var client = app.AppClient(options => options.MaxRetries = 0);
        Assert.Equal("stopped", (string?)(await client.SendAsync(HttpMethod.Post, "v1/submits/pause"))["state"]);
        Assert.Equal("unreadable_answer", (await Assert.ThrowsAsync<EvolinkException>(() => client.SendAsync(HttpMethod.Get, "v1/submits"))).Code);
    }

    [Theory]
    [InlineData("https://evil.example/v1/tasks"), InlineData("//evil.example/v1"), InlineData("/elsewhere"), InlineData("../elsewhere")]
    public async Task The_key_goes_to_the_app_alone_whatever_the_path_says(string path)
    {
        await using var app = await StubApi.StartAsync(200, "{}");
        var client = app.AppClient(options => options.BaseUrl = new Uri(app.Url, "below/here/"));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(HttpMethod.Get, path));
        Assert.Empty(app.Seen);
    }

    [Theory]
    [InlineData("http://app.example", false, false), InlineData("http://app.example", true, true), InlineData("http://127.0.0.1:7071", false, true)]
    [InlineData("https://app.example/below", false, true), InlineData("https://u:p@app.example", false, false), InlineData("/v1", true, false)]
    public void The_key_goes_over_plain_http_only_where_nobody_listens_or_the_caller_says_so(string url, bool allowHttp, bool isAllowed)
    {
        EvolinkAppClientOptions options = new() { BaseUrl = new Uri(url, UriKind.RelativeOrAbsolute), AllowHttp = allowHttp };
        Assert.Equal(isAllowed, Record.Exception(() => new EvolinkAppClient(options)) is not ArgumentException);
    }

    [Fact]
    public async Task Where_the_platform_authenticates_no_key_is_sent_and_a_token_is_asked_for_each_time()
    {
        await using var app = await StubApi.StartAsync(200, Waiting);
        await app.AppClient(options => options.ApiKey = null).GetTaskAsync("gen-1");
        int asked = 0;
        var client = app.AppClient(options => options.ApiKeySource = async cancellationToken =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
            return $"token-{++asked}";
        });
        await client.GetTaskAsync("gen-1");
        await client.GetTaskAsync("gen-1");

        Assert.Equal([null, "Bearer token-1", "Bearer token-2"], app.Seen.Select(request => request.Headers.GetValueOrDefault("Authorization")));
    }
}
