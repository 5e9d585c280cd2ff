using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class ActivityTests
{
    private sealed record Order(int Number, string Text);

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_orchestration_calls_activities_one_after_the_other_and_returns_their_results(bool replay)
    {
        var functions = new FunctionTable()
            .Activity<int>("Double", n => n * 2)
            .Orchestrator("Chain", async context =>
            {
                var first = await context.CallActivityAsync<int>("Double", context.GetInput<int>());
                var second = await context.CallActivityAsync<int>("Double", first);
                return (object?)new Order(second, "done");
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var end = await engine.RunAsync("Chain", 5);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("""{"number":20,"text":"done"}""", end.SerializedOutput);
        Assert.Equal(new Order(20, "done"), end.ReadOutputAs<Order>());
        Assert.Equal("5", end.SerializedInput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Activities_started_together_run_at_the_same_time_and_are_joined(bool replay)
    {
        using var together = new Barrier(4);
        var functions = new FunctionTable()
            .Activity<int>("Meet", n =>
            {
                Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(10)));
                return n;
            })
            .Orchestrator("FanOut", async context =>
            {
                var all = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => context.CallActivityAsync<int>("Meet", n)));
                return (object?)all.Sum();
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        Assert.Equal("10", (await engine.RunAsync("FanOut")).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_failed_activity_shows_its_full_exception_type_and_its_inner_failure(bool replay)
    {
        TaskFailureDetails? seen = null;
        var functions = new FunctionTable()
            .Activity<string>("Break", object? (text) => throw new InvalidOperationException("outer", new FormatException("inner " + text)))
            .Orchestrator("Catch", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Break", "x");
                    return (object?)"not reached";
                }
                catch (TaskFailedException failed)
                {
                    seen = failed.FailureDetails;
                    return $"{failed.TaskName} #{failed.TaskId}";
                }
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        Assert.Equal("\"Break #0\"", (await engine.RunAsync("Catch")).SerializedOutput);
        Assert.Equal("System.InvalidOperationException", seen!.ErrorType);
        Assert.Equal("outer", seen.ErrorMessage);
        Assert.True(seen.IsCausedBy<InvalidOperationException>());
        Assert.Equal("System.FormatException", seen.InnerFailure!.ErrorType);
        Assert.Equal("inner x", seen.InnerFailure.ErrorMessage);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_orchestrator_that_throws_fails_with_the_text_as_output_and_without_failure_details(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Throw", Task (_) => throw new InvalidOperationException("no way"));
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var end = await engine.RunAsync("Throw");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.InvalidOperationException: no way", end.SerializedOutput);
        Assert.Null(end.FailureDetails);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_unknown_orchestrator_is_scheduled_and_then_fails(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(new FunctionTable(), replay);

        var end = await engine.RunAsync("Nowhere");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("No orchestrator function is named 'Nowhere'", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_unknown_activity_fails_at_once_whatever_the_retry_policy_says(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Call", async context =>
            await context.CallActivityAsync("Nowhere", options: TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromSeconds(1)))));
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var end = await engine.RunAsync("Call");

        Assert.Contains("No activity function is named 'Nowhere'", end.SerializedOutput, StringComparison.Ordinal);
        Assert.DoesNotContain(await engine.EventsAsync(end.InstanceId), e => e.Kind == JournalEventKind.TimerCreated);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_orchestration_with_an_open_activity_is_not_over(bool replay)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var functions = new FunctionTable()
            .Activity<object>("Slow", async _ =>
            {
                await release.Task;
                return null;
            })
            .Orchestrator("Forget", context =>
            {
                _ = context.CallActivityAsync("Slow");
                return Task.FromResult<object?>("returned");
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Forget");
        await engine.UntilAsync(id, JournalEventKind.ActivityScheduled);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.GetAsync(id)).RuntimeStatus);

        release.SetResult();

        Assert.Equal("\"returned\"", (await engine.EndAsync(id)).SerializedOutput);
    }
}
