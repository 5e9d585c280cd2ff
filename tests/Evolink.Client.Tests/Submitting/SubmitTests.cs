using System.Text.Json;

namespace Evolink.Client.Tests;

public sealed class SubmitTests
{
    private const string Accepted = """
        {"created":1757169743,"id":"task-unified-1757169743-7cvnl5zw","model":"wan2.6-image-to-video","object":"video.generation.task","progress":0,
         "status":"pending","task_info":{"can_cancel":true,"estimated_time":120},"type":"video",
         "usage":{"billing_rule":"per_call","credits_reserved":5,"user_group":"default"}}
        """;

    [Fact]
    public async Task The_seeds_answer_is_read_whole()
    {
        await using var api = await StubApi.StartAsync(200, Accepted, ("x-request-id", "req-1"));

        var submitted = await api.Client().SubmitAsync(Clients.Cat);

        Assert.Equal("task-unified-1757169743-7cvnl5zw", submitted.TaskId);
        Assert.Equal("req-1", submitted.RequestId);
        Assert.False(submitted.IsReplay);
        Assert.Equal(VideoTaskStatus.Pending, submitted.Task.Status);
        Assert.Equal(new VideoTaskInfo { CanCancel = true, EstimatedTime = TimeSpan.FromMinutes(2) }, submitted.Task.TaskInfo);
        Assert.Equal(new VideoUsage { BillingRule = VideoBillingRule.PerCall, CreditsReserved = 5, UserGroup = VideoUserGroup.Default }, submitted.Task.Usage);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1757169743), submitted.Task.CreatedAt);
    }

    [Fact]
    public async Task The_request_goes_out_as_the_seed_has_it()
    {
        await using var api = await StubApi.StartAsync(200, Accepted);
        using var extra = JsonDocument.Parse("7");

        await api.Client().SubmitAsync(
            Clients.Cat with { Duration = 5, AdditionalProperties = new Dictionary<string, JsonElement> { ["seed"] = extra.RootElement } },
            new SubmitOptions { IdempotencyKey = "gen-0123456789abcdef.1" });

        var seen = Assert.Single(api.Seen);
        Assert.Equal(("POST", "/v1/videos/generations"), (seen.Method, seen.Target));
        Assert.Equal("Bearer " + Clients.Key, seen.Headers["Authorization"]);
        Assert.Equal("gen-0123456789abcdef.1", seen.Headers["Idempotency-Key"]);
        Assert.Matches(@"^Evolink\.Client/\d+\.\d+\.\d+$", seen.Headers["User-Agent"]);
        Assert.Equal("application/json; charset=utf-8", seen.Headers["Content-Type"]);
        Assert.Equal(
            """{"model":"wan2.6-image-to-video","prompt":"A cat playing piano","duration":5,"image_urls":["https://example.com/image1.png"],"seed":7}""",
            seen.Body);
    }

    [Fact]
    public async Task A_key_is_made_where_none_is_given_and_a_bad_one_refused()
    {
        await using var api = await StubApi.StartAsync(200, Accepted);

        await api.Client().SubmitAsync(Clients.Cat);
        await api.Client().SubmitAsync(Clients.Cat);

        Assert.Equal(2, api.Seen.Select(seen => seen.Headers["Idempotency-Key"]).Distinct().Count());
        Assert.All(api.Seen, seen => Assert.Matches("^[A-Za-z0-9._-]{16,96}$", seen.Headers["Idempotency-Key"]));
        foreach (var bad in new[] { "", "two words", new string('x', 256), "0123456789abcdef\r\n", "0123456789abcdé0" })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => api.Client().SubmitAsync(Clients.Cat, new SubmitOptions { IdempotencyKey = bad }));
        }

        foreach (var good in new[] { "7", "order/4711#1", new string('x', 255) })
        {
            await api.Client().SubmitAsync(Clients.Cat, new SubmitOptions { IdempotencyKey = good });
            Assert.Equal(good, api.Seen[^1].Headers["Idempotency-Key"]);
        }
    }

    [Fact]
    public async Task A_replay_is_told()
    {
        await using var api = await StubApi.StartAsync(200, Accepted, ("Idempotency-Replayed", "true"));
        Assert.True((await api.Client().SubmitAsync(Clients.Cat)).IsReplay);
    }

    [Fact]
    public async Task A_wrong_request_is_not_sent()
    {
        await using var api = await StubApi.StartAsync(200, Accepted);

        var failure = await Assert.ThrowsAsync<EvolinkValidationException>(
            () => api.Client().SubmitAsync(Clients.Cat with { Duration = 16, Quality = "4k" }));

        Assert.Equal(["duration", "quality"], failure.Issues.Select(issue => issue.Param));
        Assert.Equal((SubmitOutcome.NotSent, "invalid_request", "duration", false), (failure.Outcome, failure.Code, failure.Param, failure.IsTransient));
        Assert.Empty(api.Seen);
    }

    [Theory]
    [InlineData("""{"data":{"id":"task-1","status":"pending"}}"""), InlineData("""{"id":"task-1","extra":{"deep":[1]},"progress":"0"}"""), InlineData("\uFEFF{\"id\":\"task-1\"}")]
    public async Task An_id_is_found_wherever_it_was_seen(string body)
    {
        await using var api = await StubApi.StartAsync(200, body);
        Assert.Equal("task-1", (await api.Client().SubmitAsync(Clients.Cat)).TaskId);
    }

    [Theory]
    [InlineData(200, ""), InlineData(200, "<html>ok</html>"), InlineData(200, "{}"), InlineData(200, """{"status":"pending"}""")]
    [InlineData(200, """{"id":null}"""), InlineData(200, """{"id":""}"""), InlineData(200, """{"id":".."}"""), InlineData(200, """{"id":{}}""")]
    [InlineData(200, """{"id":"task 1"}"""), InlineData(200, """{"id":"\ud83d"}"""), InlineData(200, "[]"), InlineData(200, "null"), InlineData(200, """{"id":"task-1" """)]
    [InlineData(200, """{"error":{"code":"internal_error","message":"no"}}"""), InlineData(202, "{}"), InlineData(204, "")]
    [InlineData(500, """{"error":{"code":"internal_error","message":"Internal server error","type":"api_error"}}""")]
    [InlineData(500, """{"id":"task-1","status":"pending"}""")]
    [InlineData(502, "<html>Bad Gateway</html>"), InlineData(503, "{}"), InlineData(504, ""), InlineData(408, ""), InlineData(425, "")]
    [InlineData(409, """{"error":{"code":"conflict","message":"no"}}""")]
    [InlineData(400, """{"error":{"code":"idempotency_conflict","message":"no"}}""")]
    [InlineData(400, "<html>Bad Request</html>"), InlineData(400, "{}"), InlineData(400, """{"error":{}}"""), InlineData(404, ""), InlineData(418, "")]
    [InlineData(302, ""), InlineData(304, "")]
    public async Task Whatever_leaves_it_open_is_unknown_and_is_never_sent_again(int status, string body)
    {
        await using var api = await StubApi.StartAsync(StubApi.Answer(status, body), StubApi.Answer(200, Accepted));

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().SubmitAsync(Clients.Cat));

        Assert.Equal((SubmitOutcome.Unknown, status), (failure.Outcome, failure.StatusCode));
        Assert.Single(api.Seen);
    }

    [Theory]
    [InlineData(400, """{"error":{"code":"invalid_request","message":"no","type":"invalid_request_error","param":"duration"}}""", SubmitOutcome.Rejected, "invalid_request", false)]
    [InlineData(400, """{"error":{"code":400,"message":"no"}}""", SubmitOutcome.Rejected, "400", false)]
    [InlineData(422, """{"error":"not like this"}""", SubmitOutcome.Rejected, "http_error", false)]
    [InlineData(403, """{"error":{"code":"model_access_denied","message":"no"}}""", SubmitOutcome.Rejected, "model_access_denied", false)]
    [InlineData(401, """{"error":{"code":"unauthorized","message":"no"}}""", SubmitOutcome.Throttled, "unauthorized", true)]
    [InlineData(402, """{"error":{"code":"insufficient_quota","message":"no"}}""", SubmitOutcome.Throttled, "insufficient_quota", true)]
    [InlineData(429, """{"error":{"code":"rate_limit_exceeded","message":"no"}}""", SubmitOutcome.Throttled, "rate_limit_exceeded", false)]
    [InlineData(429, "<html>slow down</html>", SubmitOutcome.Throttled, "http_error", false)]
    [InlineData(403, "<!DOCTYPE html><title>Access denied</title>", SubmitOutcome.NotSent, "blocked_by_edge", true)]
    [InlineData(403, "error code: 1010", SubmitOutcome.NotSent, "blocked_by_edge", true)]
    public async Task Refusals_cost_nothing_and_say_why(int status, string body, SubmitOutcome outcome, string code, bool needsAttention)
    {
        await using var api = await StubApi.StartAsync(status, body);

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().SubmitAsync(Clients.Cat));

        Assert.Equal((outcome, code, status, needsAttention), (failure.Outcome, failure.Code, failure.StatusCode, failure.NeedsAttention));
        Assert.Single(api.Seen);
    }

    [Fact]
    public async Task An_error_is_told_with_all_that_Evolink_said()
    {
        await using var api = await StubApi.StartAsync(
            400,
            """{"error":{"code":"invalid_request","message":"duration too long","type":"invalid_request_error","param":"duration"},"request_id":"req-body"}""",
            ("x-request-id", "req-header"));

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().SubmitAsync(Clients.Cat));

        Assert.Equal(
            ("invalid_request", "duration too long", "invalid_request_error", "duration", "req-body"),
            (failure.Code, failure.ErrorMessage, failure.ErrorType, failure.Param, failure.RequestId));
        Assert.Contains("duration too long", failure.Message);
    }

    [Fact]
    public async Task A_throttled_submit_is_tried_again_only_where_that_was_asked_for()
    {
        await using var api = await StubApi.StartAsync(StubApi.Answer(429, "{}", ("Retry-After", "0")), StubApi.Answer(200, Accepted));

        await api.Client(options => options.Retry.RetryThrottledSubmits = true).SubmitAsync(Clients.Cat);

        Assert.Equal(2, api.Seen.Count);
        Assert.Single(api.Seen.Select(seen => seen.Headers["Idempotency-Key"]).Distinct());
        Assert.Single(api.Seen.Select(seen => seen.Body).Distinct());
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var elsewhere = await StubApi.StartAsync(200, Accepted);
        await using var api = await StubApi.StartAsync(307, "", ("Location", elsewhere.Url.AbsoluteUri));

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().SubmitAsync(Clients.Cat));

        Assert.Equal(SubmitOutcome.Unknown, failure.Outcome);
        Assert.Empty(elsewhere.Seen);
    }

    [Fact]
    public async Task A_redirect_that_a_foreign_handler_follows_gets_no_paid_body_and_its_answer_is_not_believed()
    {
        await using var elsewhere = await StubApi.StartAsync(200, Accepted);
        await using var api = await StubApi.StartAsync(307, "", ("Location", elsewhere.Url.AbsoluteUri));
        using var http = new HttpClient();
        var client = new EvolinkClient(http, new EvolinkClientOptions { ApiKey = Clients.Key, BaseUrl = api.Url, AllowLoopback = true });

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => client.SubmitAsync(Clients.Cat));

        Assert.Equal((SubmitOutcome.Unknown, "sent_again", false), (failure.Outcome, failure.Code, failure.IsTransient));
        Assert.DoesNotContain(elsewhere.Seen, seen => seen.Headers.ContainsKey("Authorization") || seen.Body.Length > 0);
        Assert.Equal("redirected", (await Assert.ThrowsAsync<EvolinkException>(() => client.GetTaskAsync("t"))).Code);
    }
}
