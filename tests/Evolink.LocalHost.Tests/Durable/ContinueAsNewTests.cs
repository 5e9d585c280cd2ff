using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class ContinueAsNewTests
{
    [Theory, ClassData(typeof(BothModes))]
    public async Task The_orchestration_begins_anew_with_new_input_and_an_empty_history(bool replay)
    {
        var functions = new FunctionTable()
            .Activity<int>("Add", n => n + 1)
            .Orchestrator("Count", async context =>
            {
                var n = await context.CallActivityAsync<int>("Add", context.GetInput<int>());
                if (n < 10)
                    context.ContinueAsNew(n);
                return (object?)n;
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var end = await engine.RunAsync("Count", 0);

        Assert.Equal("10", end.SerializedOutput);
        Assert.Equal("9", end.SerializedInput);
        Assert.Single(await engine.EventsAsync(end.InstanceId), e => e.Kind == JournalEventKind.ActivityScheduled);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Events_that_nobody_took_are_carried_over_in_order(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(Collector(preserve: true), replay);
        var id = await engine.ScheduleAsync("Collect", "");
        foreach (var word in new[] { "a", "b", "c", "d" })
            await engine.Client.RaiseEventAsync(id, "word", word);
        await engine.Client.RaiseEventAsync(id, "go");

        Assert.Equal("\"abcd\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Without_preservation_events_that_nobody_took_are_dropped(bool replay)
    {
        await using var engine = await EngineFixture.StartAsync(Collector(preserve: false), replay);
        var id = await engine.ScheduleAsync("Collect", "");
        foreach (var word in new[] { "a", "b", "c" })
            await engine.Client.RaiseEventAsync(id, "word", word);
        await engine.UntilAsync(id, JournalEventKind.EventRaised, 3);
        await engine.Client.RaiseEventAsync(id, "go");
        await engine.UntilAsync(id, events => events is [_, { Kind: JournalEventKind.ExecutionStarted, Data: "\"a\"" }, ..]);
        foreach (var word in new[] { "x", "y", "z" })
            await engine.Client.RaiseEventAsync(id, "word", word);

        Assert.Equal("\"axyz\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task The_new_execution_may_have_a_new_version(bool replay)
    {
        var functions = new FunctionTable().Orchestrator("Upgrade", context =>
        {
            if (context.Version != "2.0")
                context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2.0" });
            return Task.FromResult<object?>(context.Version);
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        Assert.Equal("\"2.0\"", (await engine.RunAsync("Upgrade")).SerializedOutput);
    }

    // The first round takes one word, waits for "go" and begins anew; the next ones take what they get, until there are four.
    private static FunctionTable Collector(bool preserve) => new FunctionTable().Orchestrator("Collect", async context =>
    {
        var words = context.GetInput<string>()!;
        if (words.Length == 0)
        {
            words += await context.WaitForExternalEvent<string>("word");
            await context.WaitForExternalEvent<object>("go");
        }
        else
        {
            words += await context.WaitForExternalEvent<string>("word");
        }

        if (words.Length < 4)
            context.ContinueAsNew(words, preserveUnprocessedEvents: preserve || words.Length > 1);
        return (object?)words;
    });
}
