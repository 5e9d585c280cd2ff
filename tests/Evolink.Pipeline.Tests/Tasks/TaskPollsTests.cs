using System.Collections.Concurrent;
using Evolink.Client;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tasks;
using Evolink.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Pipeline.Tests.Tasks;

/// <summary>Polls of several jobs in one call, and what a shared call may not be believed.</summary>
public sealed class TaskPollsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTimeProvider _time = new();
    private readonly Account _evolink = new();
    private readonly TaskPolls _polls;

    public TaskPollsTests() => _polls = Polls(TimeSpan.FromSeconds(2));

    [Fact]
    public async Task Polls_that_fall_due_together_are_one_call()
    {
        VideoTask[] tasks = await ReadAsync("a", "b", "c", "b");
        Assert.Equal(["a", "b", "c", "b"], tasks.Select(task => task.Id));
        Assert.Equal(["a b c"], _evolink.Calls);
    }

    [Fact]
    public async Task One_that_comes_while_others_still_join_is_in_their_call_and_one_that_comes_later_is_not()
    {
        Task<VideoTask> first = _polls.ReadAsync("a", None);
        await PassAsync(0.4);
        Task<VideoTask> second = _polls.ReadAsync("b", None);
        await PassAsync(0.2);
        Task<VideoTask> third = _polls.ReadAsync("c", None);
        await _time.AdvanceUntilAsync(Task.WhenAll(first, second, third));
        await ReadAsync("d", "e");
        Assert.Equal(["a b c", "d e"], _evolink.Calls);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_window_for_others_that_keep_coming()
    {
        Task<VideoTask> first = _polls.ReadAsync("a", None);
        for (int i = 0; i < 8; i++)
        {
            _ = _polls.ReadAsync($"b{i}", None);
            await PassAsync(0.25);
        }

        await first;
        Assert.Equal(["a b0 b1 b2 b3 b4 b5 b6 b7"], _evolink.Calls);
    }

    [Fact]
    public async Task One_alone_is_a_single_read()
    {
        await ReadAsync("a");
        Assert.Equal(["GET a"], _evolink.Calls);
    }

    [Fact]
    public async Task No_call_asks_for_more_than_fifty()
    {
        await ReadAsync([.. Enumerable.Range(0, 120).Select(i => $"t{i}")]);
        Assert.Equal([50, 50, 20], _evolink.Calls.Select(call => call.Split(' ').Length).OrderDescending());
    }

    [Fact]
    public async Task One_that_is_left_out_is_read_by_itself_and_not_taken_for_unknown()
    {
        _evolink.LeavesOut = ["b"];
        VideoTask[] tasks = await ReadAsync("a", "b", "c");
        Assert.Equal("b", tasks[1].Id);
        Assert.Equal(["a b c", "GET b"], _evolink.Calls);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("failed")]
    public async Task An_end_that_lacks_its_links_or_its_reason_is_read_by_itself(string status)
    {
        _evolink.Batched = id => new VideoTask { Id = id, Status = new VideoTaskStatus(id == "b" ? status : "processing") };
        await ReadAsync("a", "b");
        Assert.Equal(["a b", "GET b"], _evolink.Calls);
    }

    [Fact]
    public async Task That_it_is_not_offered_is_found_out_once()
    {
        _evolink.Fault = Fault(404, EvolinkErrorCodes.NotOffered);
        Assert.True(_polls.AreShared);
        await ReadAsync("a", "b");
        await ReadAsync("a", "b");
        Assert.Equal(["GET a", "GET a", "GET b", "GET b", "a b"], _evolink.Calls.Order(StringComparer.Ordinal));
        Assert.False(_polls.AreShared);
    }

    [Fact]
    public async Task A_blip_is_one_for_all_of_them_and_for_a_minute_each_is_read_by_itself()
    {
        _evolink.Fault = Fault(429, "rate_limit_exceeded");
        Task<VideoTask>[] reads = [_polls.ReadAsync("a", None), _polls.ReadAsync("b", None)];
        await Assert.ThrowsAsync<EvolinkException>(() => _time.AdvanceUntilAsync(reads[0]));
        await Assert.ThrowsAsync<EvolinkException>(() => reads[1]);
        _evolink.Fault = null;
        await ReadAsync("c", "d");
        _time.Advance(TimeSpan.FromMinutes(1));
        await ReadAsync("e", "f");
        Assert.Equal(["a b", "GET c", "GET d", "e f"], _evolink.Calls);
    }

    [Fact]
    public async Task A_refusal_that_may_be_for_one_of_them_stops_none_of_the_others()
    {
        _evolink.Fault = Fault(400, "invalid_task_id");
        Assert.Equal(["a", "b"], (await ReadAsync("a", "b")).Select(task => task.Id));
    }

    [Fact]
    public async Task One_that_is_stopped_does_not_stop_the_others()
    {
        using CancellationTokenSource stopping = new();
        Task<VideoTask> stopped = _polls.ReadAsync("a", stopping.Token);
        Task<VideoTask> other = _polls.ReadAsync("b", None);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        await _time.AdvanceUntilAsync(other);
        Assert.Equal("b", (await other).Id);
    }

    [Fact]
    public async Task Without_a_window_each_is_read_by_itself_and_at_once()
    {
        TaskPolls single = Polls(TimeSpan.Zero);
        await Task.WhenAll(single.ReadAsync("a", None), single.ReadAsync("b", None));
        Assert.Equal(["GET a", "GET b"], _evolink.Calls);
        Assert.False(single.AreShared);
    }

    private static EvolinkException Fault(int status, string code) =>
        new("No.", SubmitOutcome.NotSent) { Code = code, StatusCode = status, IsTransient = status == 429 };

    private TaskPolls Polls(TimeSpan window) => new(
        _evolink,
        Microsoft.Extensions.Options.Options.Create(new EvolinkOptions { PollBatchWindow = window }),
        _time,
        NullLogger<TaskPolls>.Instance);

    private async Task<VideoTask[]> ReadAsync(params string[] ids)
    {
        Task<VideoTask[]> reads = Task.WhenAll(ids.Select(id => _polls.ReadAsync(id, None)));
        await _time.AdvanceUntilAsync(reads);
        return await reads;
    }

    // A batch sets its next timer from another thread: time goes on only once it has.
    private async Task PassAsync(double seconds)
    {
        await _time.TimersAsync(1);
        _time.Advance(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>An Evolink that writes down what it is asked.</summary>
    private sealed class Account : EvolinkClient
    {
        private readonly ConcurrentQueue<string> _calls = new();

        public IEnumerable<string> Calls => _calls;

        public string[] LeavesOut { get; set; } = [];

        public EvolinkException? Fault { get; set; }

        public Func<string, VideoTask> Batched { get; set; } = Running;

        public override Task<VideoTask> GetTaskAsync(string taskId, CancellationToken cancellationToken = default)
        {
            _calls.Enqueue($"GET {taskId}");
            return Task.FromResult(Running(taskId));
        }

        public override Task<IReadOnlyList<VideoTask>> GetTasksAsync(
            IReadOnlyCollection<string> taskIds, CancellationToken cancellationToken = default)
        {
            _calls.Enqueue(string.Join(' ', taskIds.Order(StringComparer.Ordinal)));
            return Fault is { } fault
                ? Task.FromException<IReadOnlyList<VideoTask>>(fault)
                : Task.FromResult<IReadOnlyList<VideoTask>>([.. taskIds.Except(LeavesOut).Select(Batched)]);
        }

        private static VideoTask Running(string id) => new() { Id = id, Status = new VideoTaskStatus("processing") };
    }
}
