using Microsoft.AspNetCore.Http;

namespace Evolink.Client.Tests;

public sealed class WaitForCompletionTests
{
    private static readonly RequestDelegate Processing = StubApi.Answer(200, """{"id":"task-1","status":"processing","progress":40}""");
    private static readonly RequestDelegate Completed = StubApi.Answer(200, """{"id":"task-1","status":"completed","progress":100,"results":["https://a/1.mp4"]}""");

    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task It_reads_until_the_end_at_a_jittered_pace_of_8_to_15_seconds()
    {
        await using var api = await StubApi.StartAsync([.. Enumerable.Repeat(Processing, 20), Completed]);

        var task = await WaitAsync(api);

        Assert.Equal("https://a/1.mp4", Assert.Single(task.Results!).OriginalString);
        Assert.Equal(21, api.Seen.Count);
        Assert.InRange(Elapsed, TimeSpan.FromSeconds(20 * 8), TimeSpan.FromSeconds(20 * 15));
        Assert.NotEqual(0, Elapsed.TotalSeconds % 1);
    }

    [Theory]
    [InlineData(10, 8.0, 9.6), InlineData(120, 9.6, 14.4), InlineData(3600, 12.0, 15.0)]
    public async Task The_estimate_sets_the_pace(int estimate, double least, double most)
    {
        await using var api = await StubApi.StartAsync(Processing, Completed);
        await WaitAsync(api, new WaitOptions { EstimatedTime = TimeSpan.FromSeconds(estimate) });
        Assert.InRange(Elapsed.TotalSeconds, least, most);
    }

    [Fact]
    public async Task Every_reading_is_told()
    {
        await using var api = await StubApi.StartAsync(Processing, Processing, Completed);
        var told = new Told();

        await WaitAsync(api, new WaitOptions { Progress = told });

        Assert.Equal([40, 40, 100], told.Tasks.Select(task => task.Progress));
    }

    [Fact]
    public async Task A_task_that_is_followed_yields_each_reading_and_is_read_no_further_than_it_is_asked_for()
    {
        await using var api = await StubApi.StartAsync(Processing, StubApi.Answer(502, "<html>"), Processing, Completed);
        var following = Client(api).WatchAsync("task-1").Select(task => task.Progress).ToListAsync().AsTask();
        await _clock.AdvanceUntilAsync(following);

        Assert.Equal([40, 40, 100], await following);
        Assert.Equal(4, api.Seen.Count);
        await using var again = await StubApi.StartAsync(Processing);
        Assert.Equal(40, (await Client(again).WatchAsync("task-1").FirstAsync()).Progress);
        Assert.Single(again.Seen);
        Assert.Throws<ArgumentException>(() => Client(api).WatchAsync("a b"));
    }

    [Theory]
    [InlineData("failed"), InlineData("cancelled"), InlineData("canceled")]
    public async Task An_end_without_a_video_is_an_end_too(string status)
    {
        await using var api = await StubApi.StartAsync(200, $$"""{"id":"task-1","status":"{{status}}"}""");
        Assert.True((await WaitAsync(api)).Status.IsFailed);
    }

    [Fact]
    public async Task Blips_in_a_row_do_not_end_it()
    {
        await using var api = await StubApi.StartAsync(
            StubApi.Answer(404, """{"error":{"code":"task_not_found","message":"no"}}"""), StubApi.Answer(429, "{}"), StubApi.Answer(500, "{}"),
            StubApi.Answer(502, "<html>"), StubApi.Answer(200, ""), StubApi.Answer(503, ""), StubApi.Answer(200, """{"id":"task-1","status":"dreaming"}"""), Completed);

        Assert.True((await WaitAsync(api)).Status.IsCompleted);
        Assert.Equal(8, api.Seen.Count);
    }

    [Fact]
    public async Task A_task_that_is_not_found_for_minutes_does_not_exist()
    {
        await using var api = await StubApi.StartAsync(404, """{"error":{"code":"task_not_found","message":"no"}}""");

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => WaitAsync(api));

        Assert.Equal("task_not_found", failure.Code);
        Assert.InRange(Elapsed, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2.5));
    }

    [Fact]
    public async Task A_refused_key_ends_it_at_once()
    {
        await using var api = await StubApi.StartAsync(401, """{"error":{"code":"unauthorized","message":"no"}}""");
        Assert.Equal("unauthorized", (await Assert.ThrowsAsync<EvolinkException>(() => WaitAsync(api))).Code);
        Assert.Single(api.Seen);
    }

    [Fact]
    public async Task It_stays_away_as_long_as_Evolink_asks()
    {
        await using var api = await StubApi.StartAsync(StubApi.Answer(429, "{}", ("Retry-After", "300")), Completed);
        await WaitAsync(api);
        Assert.Equal(TimeSpan.FromSeconds(300), Elapsed);
    }

    [Fact]
    public async Task Stuck_for_ever_ends_at_the_deadline_with_one_last_read()
    {
        await using var api = await StubApi.StartAsync(Processing);

        var failure = await Assert.ThrowsAsync<EvolinkException>(() => WaitAsync(api, new WaitOptions { MaxWait = TimeSpan.FromSeconds(100) }));

        Assert.Equal((EvolinkErrorCodes.WaitExpired, TimeSpan.FromSeconds(100)), (failure.Code, Elapsed));
        Assert.Contains("task-1", failure.Message);
    }

    [Fact]
    public async Task The_last_read_may_still_find_the_video()
    {
        await using var api = await StubApi.StartAsync(Processing, Completed);
        await WaitAsync(api, new WaitOptions { MaxWait = TimeSpan.FromSeconds(3) });
        Assert.Equal(TimeSpan.FromSeconds(3), Elapsed);
    }

    [Fact]
    public async Task It_can_be_cancelled_between_two_reads()
    {
        using var caller = new CancellationTokenSource();
        await using var api = await StubApi.StartAsync(Processing);
        var waiting = Client(api).WaitForCompletionAsync("task-1", null, caller.Token);
        await _clock.TimersAsync(1);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private TimeSpan Elapsed => _clock.GetUtcNow() - new ManualTimeProvider().GetUtcNow();

    private EvolinkClient Client(StubApi api) => api.Client(options =>
    {
        options.TimeProvider = _clock;
        options.ReadTimeout = Timeout.InfiniteTimeSpan;
    });

    private async Task<VideoTask> WaitAsync(StubApi api, WaitOptions? options = null)
    {
        var waiting = Client(api).WaitForCompletionAsync("task-1", options);
        await _clock.AdvanceUntilAsync(waiting);
        return await waiting;
    }

    private sealed class Told : IProgress<VideoTask>
    {
        public List<VideoTask> Tasks { get; } = [];

        public void Report(VideoTask value) => Tasks.Add(value);
    }
}
