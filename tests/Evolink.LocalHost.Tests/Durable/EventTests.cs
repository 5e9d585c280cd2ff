using System.Text.Json;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class EventTests
{
    [Theory, ClassData(typeof(BothModes))]
    public async Task Event_names_are_case_insensitive(bool replay)
    {
        var functions = new FunctionTable().Orchestrator(
            "Wait", async context => (object?)await context.WaitForExternalEvent<int>("Wake"));
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Wait");

        await engine.Client.RaiseEventAsync(id, "WAKE", 7);

        Assert.Equal("7", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Events_that_come_before_the_wait_are_kept_in_order_for_the_next_waits(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Late", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            return (object?)$"{await context.WaitForExternalEvent<int>("n")}{await context.WaitForExternalEvent<int>("n")}";
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Late");
        await engine.Client.RaiseEventAsync(id, "n", 1);
        await engine.Client.RaiseEventAsync(id, "n", 2);
        await engine.UntilAsync(id, JournalEventKind.EventRaised, count: 2);

        Assert.Equal("\"12\"", (await engine.EndByTimersAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_event_raised_right_after_the_start_is_not_lost(bool replay)
    {
        var functions = new FunctionTable().Orchestrator(
            "Wait", async context => (object?)await context.WaitForExternalEvent<int>("Wake"));
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var outputs = await Task.WhenAll(Enumerable.Range(0, 50).Select(async n =>
        {
            var id = await engine.ScheduleAsync("Wait");
            await engine.Client.RaiseEventAsync(id, "Wake", n);
            return (n, (await engine.EndAsync(id)).ReadOutputAs<int>());
        }));

        Assert.All(outputs, pair => Assert.Equal(pair.n, pair.Item2));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task The_newest_waiter_gets_the_event(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Stack", async context =>
        {
            var older = context.WaitForExternalEvent<string>("e");
            var newer = context.WaitForExternalEvent<string>("e");
            return (object?)$"{await newer},{await older}";
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Stack");
        await engine.Client.RaiseEventAsync(id, "e", "first");
        await engine.Client.RaiseEventAsync(id, "e", "second");

        Assert.Equal("\"first,second\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_cancelled_waiter_still_swallows_the_next_event(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Swallow", async context =>
        {
            var patient = context.WaitForExternalEvent<string>("e");
            using var giveUp = new CancellationTokenSource();
            var cancelled = context.WaitForExternalEvent<string>("e", giveUp.Token);
            giveUp.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            return (object?)await patient;
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Swallow");
        await engine.Client.RaiseEventAsync(id, "e", "swallowed");
        await engine.Client.RaiseEventAsync(id, "e", "heard");

        Assert.Equal("\"heard\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_wait_that_times_out_throws_TaskCanceledException(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Timeout", async context =>
        {
            try
            {
                return (object?)await context.WaitForExternalEvent<string>("e", TimeSpan.FromHours(1));
            }
            catch (TaskCanceledException)
            {
                return "timed out";
            }
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Timeout");
        await engine.UntilAsync(id, JournalEventKind.TimerCreated);

        Assert.Equal("\"timed out\"", (await engine.EndByTimersAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_wait_with_a_timeout_that_is_met_leaves_no_open_timer(bool replay)
    {
        var functions = new FunctionTable().Orchestrator(
            "Met", async context => (object?)await context.WaitForExternalEvent<string>("e", TimeSpan.FromDays(1)));
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Met");
        await engine.Client.RaiseEventAsync(id, "e", "in time");

        Assert.Equal("\"in time\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task What_happens_during_a_suspension_is_delivered_in_order_on_resume(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Listen", async context =>
        {
            var heard = "";
            for (var count = 0; count < 3; count++)
                heard += await context.WaitForExternalEvent<string>("e");
            return (object?)heard;
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Listen");
        await engine.Client.RaiseEventAsync(id, "e", "a");
        await engine.Client.SuspendInstanceAsync(id, "a pause");
        await engine.UntilAsync(id, JournalEventKind.Suspended);
        await engine.Client.RaiseEventAsync(id, "e", "b");
        await engine.Client.RaiseEventAsync(id, "e", "c");
        await engine.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.GetAsync(id)).RuntimeStatus);
        Assert.Single(await engine.EventsAsync(id), e => e.Kind == JournalEventKind.EventRaised);

        await engine.Client.ResumeInstanceAsync(id);

        Assert.Equal("\"abc\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task An_orchestration_sends_events_to_others_and_those_to_nobody_are_dropped(bool replay)
    {
        var functions = new FunctionTable()
            .Orchestrator("Receive", async context => (object?)await context.WaitForExternalEvent<int[]>("parcel"))
            .Orchestrator("Send", context =>
            {
                context.SendEvent("nobody", "parcel", new[] { 0 });
                context.SendEvent("receiver", "parcel", new[] { 1, 2 });
                return Task.CompletedTask;
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        await engine.ScheduleAsync("Receive", id: "receiver");

        await engine.RunAsync("Send");

        Assert.Equal("[1,2]", (await engine.EndAsync("receiver")).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task One_event_name_carries_one_type(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Types", context =>
        {
            _ = context.WaitForExternalEvent<int>("e");
            _ = context.WaitForExternalEvent<string>("E");
            return Task.CompletedTask;
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        Assert.StartsWith("System.ArgumentException", (await engine.RunAsync("Types")).SerializedOutput, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_payload_that_cannot_be_read_fails_the_wait_that_gets_it(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Read", async context =>
        {
            await Assert.ThrowsAsync<JsonException>(() => context.WaitForExternalEvent<int>("n"));
            return (object?)await context.WaitForExternalEvent<int>("n");
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Read");
        await engine.Client.RaiseEventAsync(id, "n", "no number");
        await engine.Client.RaiseEventAsync(id, "n", 3);

        Assert.Equal("3", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task One_waiter_renewed_after_each_event_races_timers_and_hears_everything(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Race", async context =>
        {
            var wake = context.WaitForExternalEvent<string>("Wake");
            var heard = new List<string>();
            while (heard.Count < 3)
            {
                using var round = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromHours(1), round.Token);
                if (await Task.WhenAny(wake, timer) == timer)
                    continue;
                round.Cancel();
                heard.Add(await wake);
                wake = context.WaitForExternalEvent<string>("Wake");
            }

            return (object?)string.Join(' ', heard);
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        var id = await engine.ScheduleAsync("Race");
        for (var round = 1; round <= 3; round++)
        {
            await engine.UntilAsync(id, JournalEventKind.TimerCreated, round);
            await engine.Client.RaiseEventAsync(id, "Wake", $"n{round}");
        }

        Assert.Equal("\"n1 n2 n3\"", (await engine.EndAsync(id)).SerializedOutput);
        Assert.Equal(3, (await engine.EventsAsync(id)).Count(e => e.Kind == JournalEventKind.TimerCancelled));
    }
}
