using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class TimerTests
{
    [Theory, ClassData(typeof(BothModes))]
    public async Task A_timer_fires_when_it_is_due_and_not_before(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Sleep", async context =>
        {
            var before = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromMinutes(10), CancellationToken.None);
            return (object?)(context.CurrentUtcDateTime - before);
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Sleep");
        await engine.UntilAsync(id, JournalEventKind.TimerCreated);
        engine.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await engine.RestartAsync();
        Assert.DoesNotContain(await engine.EventsAsync(id), e => e.Kind == JournalEventKind.TimerFired);

        engine.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.InRange((await engine.EndAsync(id)).ReadOutputAs<TimeSpan>(), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10.01));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_timer_may_be_due_in_years(bool replay)
    {
        var functions = new FunctionTable().Orchestrator(
            "Sleep", context => context.CreateTimer(TimeSpan.FromDays(800), CancellationToken.None));
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Sleep");
        await engine.UntilAsync(id, JournalEventKind.TimerCreated);
        engine.Time.Advance(TimeSpan.FromDays(799));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.GetAsync(id)).RuntimeStatus);

        var end = await engine.EndByTimersAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Single(await engine.EventsAsync(id), e => e.Kind == JournalEventKind.TimerCreated);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Timers_fire_in_the_order_in_which_they_are_due(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Three", async context =>
        {
            var order = "";
            await Task.WhenAll(RingAsync("c", 3), RingAsync("a", 1), RingAsync("b", 2));
            return (object?)order;

            async Task RingAsync(string name, int hours)
            {
                await context.CreateTimer(TimeSpan.FromHours(hours), CancellationToken.None);
                order += name;
            }
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Three");
        await engine.UntilAsync(id, JournalEventKind.TimerCreated, count: 3);

        Assert.Equal("\"abc\"", (await engine.EndByTimersAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_orchestration_with_an_open_timer_stays_Running_until_it_fires(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Leave", context =>
        {
            _ = context.CreateTimer(TimeSpan.FromHours(5), CancellationToken.None);
            return Task.FromResult<object?>("returned");
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Leave");
        await engine.UntilAsync(id, JournalEventKind.TimerCreated);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.GetAsync(id)).RuntimeStatus);

        engine.Time.Advance(TimeSpan.FromHours(5));

        Assert.Equal("\"returned\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_cancelled_timer_keeps_nothing_open_and_throws_where_it_is_awaited(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Cancel", async context =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(5), cancel.Token);
            await context.WaitForExternalEvent<object>("go");
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timer);
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Cancel");
        await engine.Client.RaiseEventAsync(id, "go");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndAsync(id)).RuntimeStatus);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_timer_with_a_token_that_is_cancelled_already_is_over_at_once(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Never", async context =>
        {
            using var cancel = new CancellationTokenSource();
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => context.CreateTimer(TimeSpan.FromHours(5), cancel.Token));
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.RunAsync("Never")).RuntimeStatus);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_timer_that_came_due_while_nothing_ran_fires_at_the_next_start(bool replay)
    {
        var functions = new FunctionTable().Orchestrator(
            "Sleep", context => context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None));
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Sleep");
        await engine.UntilAsync(id, JournalEventKind.TimerCreated);
        await engine.Engine.AbortAsync();
        engine.Time.Advance(TimeSpan.FromHours(2));

        await engine.OpenAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndAsync(id)).RuntimeStatus);
    }
}
