namespace Evolink.Client.Tests;

public sealed class GetTaskTests
{
    private const string Processing = """{"id":"task-1","status":"processing","progress":40}""";

    [Fact]
    public async Task A_task_is_asked_for_by_its_escaped_id_with_the_key()
    {
        await using var api = await StubApi.StartAsync(200, Processing);

        var task = await api.Client().GetTaskAsync("task/1?a=b");

        Assert.Equal((VideoTaskStatus.Processing, 40), (task.Status, task.Progress));
        var seen = Assert.Single(api.Seen);
        Assert.Equal(("GET", "/v1/tasks/task%2F1%3Fa%3Db"), (seen.Method, seen.Target));
        Assert.Equal("Bearer " + Clients.Key, seen.Headers["Authorization"]);
    }

    [Theory]
    [InlineData(""), InlineData(".."), InlineData("."), InlineData("a b"), InlineData("a\n"), InlineData("é")]
    public async Task An_id_that_cannot_be_is_not_asked_for(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => new EvolinkClient(Clients.Key).GetTaskAsync(id));

    [Theory]
    [InlineData(429, "{}"), InlineData(500, "{}"), InlineData(502, "<html>Bad Gateway</html>"), InlineData(503, ""), InlineData(504, "")]
    [InlineData(408, ""), InlineData(200, ""), InlineData(200, "<html>ok</html>"), InlineData(200, "{}"), InlineData(200, """{"id":"ta"""), InlineData(403, "<html>")]
    public async Task A_blip_is_read_over(int status, string body)
    {
        await using var api = await StubApi.StartAsync(StubApi.Answer(status, body), StubApi.Answer(status, body), StubApi.Answer(200, Processing));

        Assert.Equal("task-1", (await api.Client().GetTaskAsync("task-1")).Id);
        Assert.Equal(3, api.Seen.Count);
    }

    [Theory]
    [InlineData(400, "invalid_task_id"), InlineData(401, "unauthorized"), InlineData(402, "quota_exceeded"), InlineData(403, "permission_denied"), InlineData(404, "task_not_found")]
    public async Task An_error_that_stays_is_told_at_once(int status, string code)
    {
        await using var api = await StubApi.StartAsync(status, $$$"""{"error":{"code":"{{{code}}}","message":"no"}}""");

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client().GetTaskAsync("task-1"));

        Assert.Equal((status, code, false), (failure.StatusCode, failure.Code, failure.IsTransient));
        Assert.Single(api.Seen);
    }

    [Theory]
    [InlineData(3, 4), InlineData(1, 2), InlineData(0, 1)]
    public async Task Retries_are_bounded_and_can_be_switched_off(int retries, int requests)
    {
        await using var api = await StubApi.StartAsync(500, """{"error":{"code":"internal_error","message":"Internal server error","type":"api_error"}}""");

        var failure = await Assert.ThrowsAsync<EvolinkException>(
            () => api.Client(options => options.Retry.MaxReadRetries = retries).GetTaskAsync("task-1"));

        Assert.Equal(("internal_error", true), (failure.Code, failure.IsTransient));
        Assert.Equal(requests, api.Seen.Count);
    }

    [Theory]
    [InlineData("7", 7.0), InlineData("0", 0.0), InlineData("1.5", 1.5), InlineData("-5", 0.0)]
    [InlineData("99999999999999999999", 3600.0), InlineData("1e300", 3600.0), InlineData("Infinity", 3600.0)]
    [InlineData("Thu, 01 Jan 2026 00:00:30 GMT", 30.0), InlineData("Wed, 31 Dec 2025 00:00:00 GMT", 0.0), InlineData("Fri, 01 Jan 2100 00:00:00 GMT", 3600.0)]
    [InlineData("soon", null), InlineData("", null), InlineData(null, null), InlineData("NaN", null)]
    public async Task Retry_after_is_read_as_seconds_or_a_date_and_capped(string? header, double? seconds)
    {
        await using var api = await StubApi.StartAsync(429, "{}", header is null ? [] : [("Retry-After", header)]);
        var client = api.Client(options =>
        {
            options.TimeProvider = new ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
            options.Retry.MaxReadRetries = 0;
        });

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => client.GetTaskAsync("task-1"));

        Assert.Equal(seconds, failure.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_retry_waits_as_long_as_Evolink_asks()
    {
        var clock = new ManualTimeProvider();
        await using var api = await StubApi.StartAsync(StubApi.Answer(429, "{}", ("Retry-After", "20")), StubApi.Answer(200, Processing));
        var client = api.Client(options =>
        {
            options.TimeProvider = clock;
            options.ReadTimeout = Timeout.InfiniteTimeSpan;
            options.Retry = new EvolinkRetryOptions();
        });
        var begun = clock.GetUtcNow();

        var reading = client.GetTaskAsync("task-1");
        await clock.AdvanceUntilAsync(reading);

        Assert.Equal(TimeSpan.FromSeconds(20), clock.GetUtcNow() - begun);
    }

    [Fact]
    public async Task A_wait_longer_than_the_longest_pause_is_left_to_the_caller()
    {
        await using var api = await StubApi.StartAsync(429, "{}", ("Retry-After", "31"));

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => api.Client(options => options.Retry = new EvolinkRetryOptions()).GetTaskAsync("task-1"));

        Assert.Equal(TimeSpan.FromSeconds(31), failure.RetryAfter);
        Assert.Single(api.Seen);
    }

    [Fact]
    public async Task A_time_out_is_a_blip()
    {
        var clock = new ManualTimeProvider();
        await using var api = await StubApi.StartAsync(
            context =>
            {
                clock.Advance(TimeSpan.FromSeconds(30));
                return StubApi.Silence(context);
            },
            StubApi.Answer(200, Processing));
        var client = api.Client(options =>
        {
            options.TimeProvider = clock;
            options.Retry.BaseDelay = TimeSpan.Zero;
        });

        Assert.Equal("task-1", (await client.GetTaskAsync("task-1")).Id);
    }

    [Fact]
    public async Task A_caller_who_cancels_gets_a_cancellation()
    {
        using var caller = new CancellationTokenSource();
        await using var api = await StubApi.StartAsync(async context =>
        {
            await caller.CancelAsync();
            await StubApi.Silence(context);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.Client().GetTaskAsync("task-1", caller.Token));
        Assert.Single(api.Seen);
    }

    [Fact]
    public async Task A_task_that_does_not_say_its_id_has_the_one_that_was_asked_for()
    {
        await using var api = await StubApi.StartAsync(200, """{"status":"processing"}""");
        Assert.Equal("task-1", (await api.Client().GetTaskAsync("task-1")).Id);
    }

    [Fact]
    public async Task A_base_address_may_have_a_path()
    {
        await using var api = await StubApi.StartAsync(200, Processing);
        await api.Client(options => options.BaseUrl = new Uri(api.Url, "proxy/evolink")).GetTaskAsync("task-1");
        Assert.Equal("/proxy/evolink/v1/tasks/task-1", Assert.Single(api.Seen).Target);
    }
}
