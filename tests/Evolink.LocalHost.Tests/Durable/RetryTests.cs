using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class RetryTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_retry_policy_waits_on_durable_timers_that_grow_up_to_the_longest(bool replay)
    {
        var policy = new RetryPolicy(5, First, backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromSeconds(30));
        await using var engine = await EngineFixture.StartAsync(Flaky(failures: 4, TaskOptions.FromRetryPolicy(policy)), replay);
        var id = await engine.ScheduleAsync("Retry");

        var end = await engine.EndByTimersAsync(id);

        Assert.Equal("\"attempt 5\"", end.SerializedOutput);
        var pauses = (await engine.EventsAsync(id)).Where(e => e.Kind == JournalEventKind.TimerCreated).Select(e => e.Due!.Value - e.At);
        Assert.Equal([10, 20, 30, 30], pauses.Select(pause => pause.TotalSeconds));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task After_the_last_attempt_the_last_failure_is_thrown_without_another_pause(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(Flaky(9, TaskOptions.FromRetryPolicy(new RetryPolicy(3, First))), replay);
        var id = await engine.ScheduleAsync("Retry");

        var end = await engine.EndByTimersAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("attempt 3 failed", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Equal(2, (await engine.EventsAsync(id)).Count(e => e.Kind == JournalEventKind.TimerCreated));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task HandleFailure_decides_by_the_failures_details(bool replay)
    {
        var policy = new RetryPolicy(9, First) { HandleFailure = failure => !failure.ErrorMessage.Contains("attempt 2", StringComparison.Ordinal) };
        await using var engine = await EngineFixture.StartAsync(Flaky(9, TaskOptions.FromRetryPolicy(policy)), replay);
        var id = await engine.ScheduleAsync("Retry");

        Assert.Contains("attempt 2 failed", (await engine.EndByTimersAsync(id)).SerializedOutput, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task No_attempt_begins_after_the_retry_timeout(bool replay)
    {
        var policy = new RetryPolicy(99, First, retryTimeout: TimeSpan.FromSeconds(25));
        await using var engine = await EngineFixture.StartAsync(Flaky(99, TaskOptions.FromRetryPolicy(policy)), replay);
        var id = await engine.ScheduleAsync("Retry");

        await engine.EndByTimersAsync(id);

        Assert.Equal(4, (await engine.EventsAsync(id)).Count(e => e.Kind == JournalEventKind.ActivityScheduled));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_retry_handler_sees_attempt_failure_and_time_and_may_use_timers_itself(bool replay)
    {
        var options = TaskOptions.FromRetryHandler(async retry =>
        {
            if (retry.LastAttemptNumber == 3)
                return false;
            Assert.Equal(TimeSpan.FromMinutes(retry.LastAttemptNumber - 1), retry.TotalRetryTime);
            Assert.Equal("System.TimeoutException", retry.LastFailure.ErrorType);
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            return true;
        });
        await using var engine = await EngineFixture.StartAsync(Flaky(9, options), replay);
        var id = await engine.ScheduleAsync("Retry");

        Assert.Contains("attempt 3 failed", (await engine.EndByTimersAsync(id)).SerializedOutput, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Retries_go_on_after_a_crash_where_they_were(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(Flaky(2, TaskOptions.FromRetryPolicy(new RetryPolicy(3, First))), replay);
        var id = await engine.ScheduleAsync("Retry");
        await engine.UntilAsync(id, JournalEventKind.TimerCreated);

        await engine.KillAndRestartAsync();

        Assert.Equal("\"attempt 3\"", (await engine.EndByTimersAsync(id)).SerializedOutput);
    }

    private static FunctionTable Flaky(int failures, TaskOptions options)
    {
        var attempts = 0;
        return new FunctionTable()
            .Activity<object>("Flaky", object? (_) =>
                Interlocked.Increment(ref attempts) <= failures
                    ? throw new TimeoutException($"attempt {attempts} failed")
                    : $"attempt {attempts}")
            .Orchestrator("Retry", async context => (object?)await context.CallActivityAsync<string>("Flaky", options: options));
    }
}
