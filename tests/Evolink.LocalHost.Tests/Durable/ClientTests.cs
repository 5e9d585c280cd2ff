using DurableTask.Core.Exceptions;
using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class ClientTests
{
    [Theory, ClassData(typeof(BothModes))]
    public async Task Of_sixty_parallel_starts_of_one_id_exactly_one_succeeds(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replay);

        var starts = await Task.WhenAll(Enumerable.Range(0, 60).Select(async n =>
        {
            try
            {
                await engine.ScheduleAsync("Wait", n, "one");
                return n;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return -1;
            }
        }));

        var winner = Assert.Single(starts, n => n >= 0);
        Assert.Equal(winner, (await engine.GetAsync("one")).ReadInputAs<int>());
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    public async Task An_unfinished_instance_is_never_replaced(OrchestrationRuntimeStatus status)
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        var later = status == OrchestrationRuntimeStatus.Pending ? engine.Time.GetUtcNow().AddHours(1) : (DateTimeOffset?)null;
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("one", later));
        if (status != OrchestrationRuntimeStatus.Pending)
            await engine.Client.WaitForInstanceStartAsync("one");
        if (status == OrchestrationRuntimeStatus.Suspended)
        {
            await engine.Client.SuspendInstanceAsync("one");
            await engine.UntilAsync("one", JournalEventKind.Suspended);
        }

        Assert.Equal(status, (await engine.GetAsync("one")).RuntimeStatus);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => engine.ScheduleAsync("Wait", id: "one"));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task A_finished_instance_is_replaced_unless_the_dedupe_statuses_name_its_status(OrchestrationRuntimeStatus status)
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        await engine.ScheduleAsync("Wait", "old", "one");
        await FinishAsync(engine, "one", status);
        var dedupe = new StartOrchestrationOptions("one").WithDedupeStatuses(status);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "new", dedupe));
        Assert.Equal(status, (await engine.GetAsync("one")).RuntimeStatus);

        await engine.ScheduleAsync("Wait", "new", "one");
        await engine.Client.WaitForInstanceStartAsync("one");
        var replaced = await engine.GetAsync("one");
        Assert.Equal((OrchestrationRuntimeStatus.Running, "new"), (replaced.RuntimeStatus, replaced.ReadInputAs<string>()));
        Assert.DoesNotContain(await engine.EventsAsync("one"), e => e.IsEnd);
    }

    [Fact]
    public async Task What_an_old_instance_left_running_cannot_reach_its_successor()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        var functions = new FunctionTable()
            .Activity<object>("Work", async _ =>
            {
                if (Interlocked.Increment(ref runs) > 1)
                    return "new";
                begun.SetResult();
                await release.Task;
                return "old";
            })
            .Orchestrator("Job", async context => (object?)await context.CallActivityAsync<string>("Work"));
        await using var engine = await EngineFixture.StartAsync(functions, replayEveryStep: false);
        await engine.ScheduleAsync("Job", id: "one");
        await begun.Task;
        await engine.Client.TerminateInstanceAsync("one");
        await engine.EndAsync("one");
        await engine.ScheduleAsync("Job", id: "one");
        release.SetResult();

        Assert.Equal("\"new\"", (await engine.EndAsync("one")).SerializedOutput);
    }

    [Fact]
    public async Task Nothing_can_be_sent_to_an_unknown_instance()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);

        await Assert.ThrowsAsync<DurableInstanceNotFoundException>(() => engine.Client.RaiseEventAsync("none", "e"));
        await Assert.ThrowsAsync<DurableInstanceNotFoundException>(() => engine.Client.TerminateInstanceAsync("none"));
        await Assert.ThrowsAsync<DurableInstanceNotFoundException>(() => engine.Client.SuspendInstanceAsync("none"));
        await Assert.ThrowsAsync<DurableInstanceNotFoundException>(() => engine.Client.WaitForInstanceCompletionAsync("none", CancellationToken.None));
        Assert.Null(await engine.Client.GetInstanceAsync("none"));
        Assert.Null(await engine.Engine.ReadHistoryAsync("none"));
        Assert.Equal(0, (await engine.Client.PurgeInstanceAsync("none")).PurgedInstanceCount);
    }

    [Fact]
    public async Task Nothing_can_be_sent_to_a_finished_instance()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        await engine.ScheduleAsync("Wait", id: "one");
        await FinishAsync(engine, "one", OrchestrationRuntimeStatus.Completed);

        await Assert.ThrowsAsync<DurableInstanceFinishedException>(() => engine.Client.RaiseEventAsync("one", "e"));
        await Assert.ThrowsAsync<DurableInstanceFinishedException>(() => engine.Client.TerminateInstanceAsync("one"));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_terminated_instance_ends_at_once_with_the_given_output_even_while_suspended(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replay);
        await engine.ScheduleAsync("Wait", id: "one");
        await engine.Client.SuspendInstanceAsync("one");
        await engine.Client.TerminateInstanceAsync("one", "stop it");

        var end = await engine.EndAsync("one");

        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"stop it\""), (end.RuntimeStatus, end.SerializedOutput));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_start_in_the_future_is_Pending_until_then_and_keeps_the_events_that_come_before(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replay);
        var options = new StartOrchestrationOptions("later", engine.Time.GetUtcNow().AddHours(1));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", options);
        await engine.Client.RaiseEventAsync("later", "go", "early");
        await engine.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await engine.GetAsync("later")).RuntimeStatus);

        engine.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("\"early\"", (await engine.EndAsync("later")).SerializedOutput);
    }

    [Fact]
    public async Task Only_finished_instances_are_purged()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        foreach (var id in new[] { "a", "b", "c" })
            await engine.ScheduleAsync("Wait", id: id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.PurgeInstanceAsync("a"));
        await FinishAsync(engine, "a", OrchestrationRuntimeStatus.Completed);
        await FinishAsync(engine, "b", OrchestrationRuntimeStatus.Failed);

        var failed = await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Running]));
        var rest = await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter());

        Assert.Equal((1, 1), (failed.PurgedInstanceCount, rest.PurgedInstanceCount));
        Assert.Equal(["c"], await engine.Client.GetAllInstancesAsync().Select(instance => instance.InstanceId).ToListAsync());
    }

    [Fact]
    public async Task A_recursive_purge_takes_the_children_along()
    {
        var functions = new FunctionTable()
            .Orchestrator("Child", _ => Task.CompletedTask)
            .Orchestrator("Parent", Task (context) => context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "child")));
        await using var engine = await EngineFixture.StartAsync(functions, replayEveryStep: false);
        await engine.RunAsync("Parent", id: "parent");

        Assert.Equal(2, (await engine.Client.PurgeInstanceAsync("parent", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
        Assert.Null(await engine.Client.GetInstanceAsync("child"));
    }

    [Fact]
    public async Task Instances_are_listed_by_status_prefix_and_time_page_by_page()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        var start = engine.Time.GetUtcNow();
        for (var n = 0; n < 7; n++)
        {
            await engine.ScheduleAsync("Wait", n, $"{(n % 2 == 0 ? "even" : "odd")}-{n}");
            engine.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await FinishAsync(engine, "even-4", OrchestrationRuntimeStatus.Completed);
        var pages = await engine.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "even-", PageSize: 2)).AsPages().ToListAsync();
        var completed = await engine.Client.GetAllInstancesAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Completed])).ToListAsync();
        var window = new OrchestrationQuery(CreatedFrom: start.AddMinutes(2), CreatedTo: start.AddMinutes(3), FetchInputsAndOutputs: true);
        var finished = await engine.Client.ListInstanceIdsAsync([OrchestrationRuntimeStatus.Completed]);

        Assert.Equal(["even-0 even-2", "even-4 even-6", ""], pages.Select(page => string.Join(' ', page.Values.Select(i => i.InstanceId))));
        Assert.Equal(["even-4"], completed.Select(instance => instance.InstanceId));
        Assert.Equal([2, 3], (await engine.Client.GetAllInstancesAsync(window).ToListAsync()).Select(instance => instance.ReadInputAs<int>()));
        Assert.Equal(["even-4"], finished.Values);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Version_tags_custom_status_and_times_are_told(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Tell", async context =>
        {
            context.SetCustomStatus(new { Phase = "waiting", context.Version });
            await context.WaitForExternalEvent<object>("go");
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay, options => options with { DefaultVersion = "1.0" });
        var created = engine.Time.GetUtcNow();
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Tell", new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["owner"] = "me" } });
        await engine.Client.WaitForInstanceStartAsync(id);
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await engine.Client.RaiseEventAsync(id, "go");

        var end = await engine.EndAsync(id);

        Assert.Equal("""{"phase":"waiting","version":"1.0"}""", end.SerializedCustomStatus);
        Assert.Equal("me", end.Tags["owner"]);
        Assert.Equal((created, created.AddMinutes(1)), (end.CreatedAt, end.LastUpdatedAt));
        Assert.Null((await engine.Client.GetInstanceAsync(id))!.SerializedCustomStatus);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_custom_status_over_16_KB_of_UTF16_is_refused(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Big", context =>
        {
            context.SetCustomStatus(new string('x', (16 * 1024 / 2) - 2));
            Assert.Throws<ArgumentException>(() => context.SetCustomStatus(new string('x', (16 * 1024 / 2) - 1)));
            return Task.CompletedTask;
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var end = await engine.RunAsync("Big");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(16 * 1024 / 2, end.SerializedCustomStatus!.Length);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Entities_restart_and_rewind_are_clearly_unsupported(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Entities", Task (context) => Task.FromResult(context.Entities.InCriticalSection()));
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        Assert.Contains("no durable entities", (await engine.RunAsync("Entities", id: "one")).SerializedOutput, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => engine.Client.Entities);
        await Assert.ThrowsAsync<NotSupportedException>(() => engine.Client.RestartAsync("one"));
        await Assert.ThrowsAsync<NotSupportedException>(() => engine.Client.RewindInstanceAsync("one", "why"));
    }

    private static FunctionTable Waiting => new FunctionTable().Orchestrator("Wait", async context =>
    {
        var word = await context.WaitForExternalEvent<string>("go");
        return word == "fail" ? throw new InvalidOperationException("asked to") : (object?)word;
    });

    private static async Task FinishAsync(EngineFixture engine, string id, OrchestrationRuntimeStatus status)
    {
        if (status == OrchestrationRuntimeStatus.Terminated)
            await engine.Client.TerminateInstanceAsync(id);
        else
            await engine.Client.RaiseEventAsync(id, "go", status == OrchestrationRuntimeStatus.Failed ? "fail" : "well");
        Assert.Equal(status, (await engine.EndAsync(id)).RuntimeStatus);
    }
}
