using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class SubOrchestrationTests
{
    [Theory, ClassData(typeof(BothModes))]
    public async Task A_child_runs_under_the_given_id_knows_its_parent_and_hands_back_its_result(bool replay)
    {
        var functions = new FunctionTable()
            .Orchestrator("Child", context => Task.FromResult<object?>(
                $"{context.InstanceId} of {context.Parent!.Name.Name} {context.Parent.InstanceId} got {context.GetInput<int>()} as {context.Version}"))
            .Orchestrator("Parent", async context => (object?)await context.CallSubOrchestratorAsync<string>(
                "Child", 4, new SubOrchestrationOptions(instanceId: "the-child") { Version = new TaskVersion("2.0") }));
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var end = await engine.RunAsync("Parent", id: "the-parent");

        Assert.Equal("\"the-child of Parent the-parent got 4 as 2.0\"", end.SerializedOutput);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.GetAsync("the-child")).RuntimeStatus);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_childs_failure_reaches_the_parent_with_the_cause_inside(bool replay)
    {
        TaskFailureDetails? seen = null;
        var functions = new FunctionTable()
            .Activity<object>("Break", object? (_) => throw new FormatException("bad"))
            .Orchestrator("Child", context => context.CallActivityAsync("Break"))
            .Orchestrator("Parent", async context =>
            {
                var failed = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync("Child"));
                seen = failed.FailureDetails;
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        await engine.RunAsync("Parent");

        Assert.Equal("Microsoft.DurableTask.TaskFailedException", seen!.ErrorType);
        Assert.Equal("Task 'Break' (#0) failed with an unhandled exception: bad", seen.ErrorMessage);
        Assert.Equal("System.FormatException", seen.InnerFailure!.ErrorType);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Children_without_an_id_get_different_ones_that_survive_replay(bool replay)
    {
        var functions = new FunctionTable()
            .Orchestrator("Child", context => Task.FromResult<object?>(context.InstanceId))
            .Orchestrator("Parent", async context => (object?)await Task.WhenAll(
                context.CallSubOrchestratorAsync<string>("Child"), context.CallSubOrchestratorAsync<string>("Child")));
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var ids = (await engine.RunAsync("Parent")).ReadOutputAs<string[]>()!;

        Assert.NotEqual(ids[0], ids[1]);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_child_under_the_id_of_a_running_instance_fails_the_call(bool replay)
    {
        var functions = new FunctionTable()
            .Orchestrator("Wait", Task (context) => context.WaitForExternalEvent<object>("never"))
            .Orchestrator("Parent", async context =>
            {
                var failed = await Assert.ThrowsAsync<TaskFailedException>(
                    () => context.CallSubOrchestratorAsync("Wait", options: new SubOrchestrationOptions(instanceId: "taken")));
                return (object?)failed.FailureDetails.ErrorType;
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        await engine.ScheduleAsync("Wait", id: "taken");

        Assert.Equal("\"DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException\"", (await engine.RunAsync("Parent")).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_terminated_child_fails_the_call(bool replay)
    {
        var functions = Waiting(async Task<object?> (context) => (await Assert.ThrowsAsync<TaskFailedException>(() => Child(context))).FailureDetails.ErrorMessage);
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        await engine.ScheduleAsync("Parent", id: "parent");
        await engine.UntilAsync("parent", JournalEventKind.SubOrchestrationScheduled);

        await engine.Client.TerminateInstanceAsync("child", "enough");

        Assert.Equal("Sub-orchestration 'child' was terminated: \"enough\"", (await engine.EndAsync("parent")).ReadOutputAs<string>());
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Only_a_recursive_termination_reaches_the_children(bool replay)
    {
        var functions = Waiting(async context =>
        {
            await Child(context);
            return null;
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);
        await engine.ScheduleAsync("Parent", id: "parent");
        await engine.UntilAsync("parent", JournalEventKind.SubOrchestrationScheduled);
        await engine.Client.TerminateInstanceAsync("parent");
        await engine.EndAsync("parent");
        Assert.False((await engine.GetAsync("child")).IsCompleted);
        await engine.Client.TerminateInstanceAsync("child");
        await engine.EndAsync("child");

        await engine.ScheduleAsync("Parent", id: "parent");
        await engine.UntilAsync("parent", JournalEventKind.SubOrchestrationScheduled);
        await engine.Client.TerminateInstanceAsync("parent", new TerminateInstanceOptions("all of it", Recursive: true));

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.EndAsync("child")).RuntimeStatus);
        Assert.Equal("\"all of it\"", (await engine.EndAsync("parent")).SerializedOutput);
    }

    private static Task Child(TaskOrchestrationContext context) =>
        context.CallSubOrchestratorAsync("Wait", options: new SubOrchestrationOptions(instanceId: "child"));

    private static FunctionTable Waiting(Func<TaskOrchestrationContext, Task<object?>> parent) => new FunctionTable()
        .Orchestrator("Wait", Task (context) => context.WaitForExternalEvent<object>("never"))
        .Orchestrator("Parent", parent);
}
