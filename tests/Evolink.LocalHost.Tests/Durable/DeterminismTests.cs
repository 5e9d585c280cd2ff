using System.Collections.Concurrent;
using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Durable.Journal;
using Evolink.LocalHost.Durable.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class DeterminismTests
{
    [Theory, ClassData(typeof(BothModes))]
    public async Task Clock_and_guids_are_the_same_on_every_replay_and_differ_from_call_to_call(bool replay)
    {
        var seen = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var functions = new FunctionTable()
            .Activity<int>("Echo", n => n)
            .Orchestrator("Observe", async context =>
            {
                seen.TryAdd($"1 {context.NewGuid()} {context.CurrentUtcDateTime:O}", true);
                seen.TryAdd($"2 {context.NewGuid()} {context.CurrentUtcDateTime:O}", true);
                await context.CallActivityAsync("Echo", 1);
                seen.TryAdd($"3 {context.NewGuid()} {context.CurrentUtcDateTime:O}", true);
                await context.CallActivityAsync("Echo", 2);
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        var end = await engine.RunAsync("Observe");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(3, seen.Count);
        Assert.Equal(3, seen.Keys.Select(line => line.Split(' ')[1]).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_replay_safe_logger_says_everything_once_across_restarts(bool replay)
    {
        var lines = new Lines();
        var functions = new FunctionTable().Orchestrator("Log", async context =>
        {
            var log = context.CreateReplaySafeLogger("test");
            log.LogInformation("began {Replaying}", context.IsReplaying);
            await context.WaitForExternalEvent<object>("go");
            log.LogInformation("woke {Replaying}", context.IsReplaying);
            await context.WaitForExternalEvent<object>("go");
            log.LogInformation("ends {Replaying}", context.IsReplaying);
        });
        await using var engine = await EngineFixture.StartAsync(functions, replay, loggers: lines);
        var id = await engine.ScheduleAsync("Log");
        await engine.Client.RaiseEventAsync(id, "go");
        await engine.UntilAsync(id, JournalEventKind.EventRaised);
        await engine.KillAndRestartAsync();
        await engine.Client.RaiseEventAsync(id, "go");
        await engine.EndAsync(id);

        Assert.Equal(["began False", "woke False", "ends False"], lines.Said);
    }

    [Fact]
    public async Task Changed_code_fails_naming_instance_event_expectation_and_action()
    {
        await using var engine = await EngineFixture.StartAsync(Steps("First", "Second"), replayEveryStep: false);
        var id = await engine.ScheduleAsync("Steps", id: "job-1");
        await engine.UntilAsync(id, JournalEventKind.ActivityCompleted);

        await engine.RestartAsync(Steps("Second", "First"));
        await engine.Client.RaiseEventAsync(id, "go");
        var end = await engine.EndAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith(
            "Evolink.LocalHost.Durable.NonDeterministicOrchestrationException: Instance 'job-1' does not match its journal at event 3: "
            + "expected ActivityScheduled #0 'First', but the code did ActivityScheduled #0 'Second'.",
            end.SerializedOutput,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_leaves_out_a_recorded_step_fails()
    {
        await using var engine = await EngineFixture.StartAsync(Steps("First", "Second"), replayEveryStep: false);
        var id = await engine.ScheduleAsync("Steps");
        await engine.UntilAsync(id, JournalEventKind.ActivityCompleted);

        await engine.RestartAsync(new FunctionTable().Orchestrator("Steps", Task (context) => context.WaitForExternalEvent<object>("go")));
        await engine.Client.RaiseEventAsync(id, "go");

        Assert.Contains("expected ActivityScheduled #0 'First', but the code did nothing more", (await engine.EndAsync(id)).SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_does_more_than_was_recorded_fails()
    {
        await using var engine = await EngineFixture.StartAsync(
            new FunctionTable().Orchestrator("Steps", Task (context) => context.WaitForExternalEvent<object>("go")), replayEveryStep: false);
        var id = await engine.ScheduleAsync("Steps");
        await engine.UntilAsync(id, JournalEventKind.ExecutionStarted);

        await engine.RestartAsync(Steps("First", "Second"));
        await engine.Client.RaiseEventAsync(id, "go");

        Assert.Contains("but the code did ActivityScheduled #0 'First'", (await engine.EndAsync(id)).SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_ends_where_it_waited_fails()
    {
        await using var engine = await EngineFixture.StartAsync(Steps("First", "Second"), replayEveryStep: false);
        var id = await engine.ScheduleAsync("Steps");
        await engine.UntilAsync(id, JournalEventKind.ActivityCompleted);

        await engine.RestartAsync(new FunctionTable().Orchestrator("Steps", Task (context) => context.CallActivityAsync("First")));
        await engine.Client.RaiseEventAsync(id, "go");

        Assert.Contains("but the code ended as Completed", (await engine.EndAsync(id)).SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_inputs_of_recorded_steps_do_not_hurt_jobs_in_flight()
    {
        await using var engine = await EngineFixture.StartAsync(Steps("First", "Second", input: "old"), replayEveryStep: false);
        var id = await engine.ScheduleAsync("Steps");
        await engine.UntilAsync(id, JournalEventKind.ActivityCompleted);

        await engine.RestartAsync(Steps("First", "Second", input: "new"));
        await engine.Client.RaiseEventAsync(id, "go");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndAsync(id)).RuntimeStatus);
    }

    public static TheoryData<string, Func<TaskOrchestrationContext, Task>> Nondeterminism => new()
    {
        { "a branch on Guid.NewGuid", context => context.CallActivityAsync(Guid.NewGuid().ToString("N")[..8]) },
        { "an input from Guid.NewGuid", context => context.CallActivityAsync("First", Guid.NewGuid()) },
        { "a result from Guid.NewGuid", context => throw new InvalidOperationException(Guid.NewGuid().ToString()) },
    };

    [Theory]
    [MemberData(nameof(Nondeterminism))]
    public async Task Replay_at_every_step_finds(string what, Func<TaskOrchestrationContext, Task> code)
    {
        await using var engine = await EngineFixture.StartAsync(
            new FunctionTable().Activity<object>("First", object? (_) => null).Orchestrator("Steps", code), replayEveryStep: true);

        Assert.Contains("does not match its journal", (await engine.RunAsync("Steps")).SerializedOutput, StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    public static TheoryData<bool, string, Func<TaskOrchestrationContext, Task>> Escapes()
    {
        var data = new TheoryData<bool, string, Func<TaskOrchestrationContext, Task>>();
        foreach (var replay in new[] { false, true })
        {
            data.Add(replay, "Task.Delay", _ => Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
            data.Add(replay, "Task.Delay beside a durable wait", async context =>
            {
                var wake = context.WaitForExternalEvent<object>("Wake");
                await Task.WhenAny(wake, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
                await wake;
            });
            data.Add(replay, "Task.Delay while an event is awaited elsewhere", async context =>
            {
                _ = context.WaitForExternalEvent<object>("Wake");
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
                await context.CallActivityAsync("First");
            });
            data.Add(replay, "Task.Run", async context =>
            {
                await Task.Run(() => Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
                await context.CallActivityAsync("First");
            });
            data.Add(replay, "ConfigureAwait(false)", async context =>
            {
                await context.CallActivityAsync("First").ConfigureAwait(false);
                await context.CallActivityAsync("First");
            });
            data.Add(replay, "ConfigureAwait(false) beside an open timer", async context =>
            {
                _ = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                await context.CallActivityAsync("First").ConfigureAwait(false);
                context.SetCustomStatus("elsewhere");
            });
            data.Add(replay, "a token that cancels by itself", async context =>
            {
                using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(10), TimeProvider.System);
                await context.CreateTimer(TimeSpan.FromDays(1), late.Token);
            });
            data.Add(replay, "ContinueWith on the thread pool", async context =>
                await context.CallActivityAsync("First").ContinueWith(_ => context.CallActivityAsync("First"), TaskScheduler.Default));
            data.Add(replay, "CancelAsync", async context =>
            {
                using var cancel = new CancellationTokenSource();
                _ = context.CreateTimer(TimeSpan.FromDays(1), cancel.Token);
                await cancel.CancelAsync();
            });
            data.Add(replay, "nothing that can ever end", _ => new TaskCompletionSource().Task);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Escapes))]
    public async Task Awaiting_what_is_no_durable_task_is_reported(bool replay, string what, Func<TaskOrchestrationContext, Task> code)
    {
        await using var engine = await EngineFixture.StartAsync(
            new FunctionTable().Activity<object>("First", object? (_) => null).Orchestrator("Escape", code), replay);

        var end = await engine.RunAsync("Escape");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("is not deterministic: it", end.SerializedOutput, StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task Task_helpers_that_stay_on_the_turn_are_fine(bool replay)
    {
        var functions = new FunctionTable()
            .Activity<int>("Echo", n => n)
            .Orchestrator("Helpers", async context =>
            {
                await Task.Yield();
                var started = await context.CallActivityAsync<int>("Echo", 1).ContinueWith(
                    one => one.Result + 1, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Current);
                var open = new List<Task<int>> { context.CallActivityAsync<int>("Echo", 10), context.CallActivityAsync<int>("Echo", 20) };
                while (open.Count > 0)
                {
                    var done = await Task.WhenAny(open);
                    open.Remove(done);
                    started += await done;
                }

                return (object?)started;
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay);

        Assert.Equal("32", (await engine.RunAsync("Helpers")).SerializedOutput);
    }

    [Fact]
    public async Task A_stored_history_is_checked_against_other_code()
    {
        await using var engine = await EngineFixture.StartAsync(Steps("First", "Second"), replayEveryStep: false);
        var id = await engine.ScheduleAsync("Steps", id: "golden");
        await engine.UntilAsync(id, JournalEventKind.ActivityCompleted);
        await engine.Client.RaiseEventAsync(id, "go");
        await engine.EndAsync(id);
        var stored = (await engine.Engine.ReadHistoryAsync(id))!.ToJson();

        var history = InstanceHistory.FromJson(stored);

        Assert.Equal(stored, history.ToJson());
        Checker(Steps("First", "Second")).Check(history);
        var mismatch = Assert.Throws<NonDeterministicOrchestrationException>(() => Checker(Steps("First", "Third")).Check(history));
        Assert.Equal(("golden", 8), (mismatch.InstanceId, mismatch.EventNumber));
        Assert.Throws<NonDeterministicOrchestrationException>(() => Checker(Steps("First", "Second", input: "other")).Check(history));
        Checker(Steps("First", "Second", input: "other")).Check(history, compareInputs: false);
    }

    [Fact]
    public async Task The_history_of_an_unfinished_instance_is_checked_too()
    {
        await using var engine = await EngineFixture.StartAsync(Steps("First", "Second"), replayEveryStep: false);
        var id = await engine.ScheduleAsync("Steps");
        await engine.UntilAsync(id, JournalEventKind.ActivityCompleted);

        var history = (await engine.Engine.ReadHistoryAsync(id))!;

        Checker(Steps("First", "Other")).Check(history);
        Assert.Throws<NonDeterministicOrchestrationException>(() => Checker(Steps("Other", "Second")).Check(history));
    }

    private static ReplayChecker Checker(FunctionTable functions) => new(functions, NullLoggerFactory.Instance);

    private static FunctionTable Steps(string first, string second, string input = "same") => new FunctionTable()
        .Activity<string>("First", object? (_) => null)
        .Activity<string>("Second", object? (_) => null)
        .Orchestrator("Steps", async context =>
        {
            await context.CallActivityAsync(first, input);
            await context.WaitForExternalEvent<object>("go");
            await context.CallActivityAsync(second, input);
        });

    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _said = new();

        public IEnumerable<string> Said => _said;

        public ILogger CreateLogger(string categoryName) => categoryName == "test" ? this : NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _said.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
