using System.Collections.Concurrent;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class CrashTests
{
    [Theory, ClassData(typeof(BothModes))]
    public async Task A_crash_before_or_after_any_commit_changes_nothing_but_how_often_activities_run(bool replay)
    {
        var runs = new ConcurrentBag<string>();
        var functions = Journey(runs);
        string? expected = null;
        for (var commit = 1; ; commit++)
        {
            var crashed = false;
            foreach (var before in new[] { true, false })
            {
                runs.Clear();
                var (output, hit) = await TravelAsync(functions, replay, new CrashAt(commit, before));
                crashed |= hit;
                expected ??= output;
                Assert.Equal(expected, output);
                // At least once, and after one crash at most twice.
                Assert.All(runs.GroupBy(run => run, StringComparer.Ordinal), group => Assert.InRange(group.Count(), 1, 2));
                Assert.Equal(3, runs.Distinct(StringComparer.Ordinal).Count());
            }

            if (!crashed)
            {
                Assert.InRange(commit, 10, 100);
                break;
            }
        }
    }

    [Fact]
    public async Task A_running_activity_is_run_again_after_a_crash_and_its_first_result_counts_nowhere()
    {
        var attempts = 0;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var functions = new FunctionTable()
            .RawActivity("Work", async (_, _, cancellationToken) =>
            {
                if (Interlocked.Increment(ref attempts) > 1)
                    return "2";
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return "1";
            })
            .Orchestrator("Once", async context => (object?)await context.CallActivityAsync<int>("Work"));
        await using var engine = await EngineFixture.StartAsync(functions, replayEveryStep: false);
        var id = await engine.ScheduleAsync("Once");
        await started.Task;

        await engine.KillAndRestartAsync();

        Assert.Equal("2", (await engine.EndAsync(id)).SerializedOutput);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Stopping_leaves_a_running_activity_for_the_next_start_instead_of_failing_it()
    {
        var attempts = 0;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var functions = new FunctionTable()
            .RawActivity("Work", async (_, _, cancellationToken) =>
            {
                if (Interlocked.Increment(ref attempts) > 1)
                    return "\"second\"";
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return null;
            })
            .Orchestrator("Once", async context => (object?)await context.CallActivityAsync<string>("Work"));
        await using var engine = await EngineFixture.StartAsync(functions, false, options => options with { ShutdownGrace = TimeSpan.Zero });
        var id = await engine.ScheduleAsync("Once");
        await started.Task;

        await engine.RestartAsync();

        Assert.Equal("\"second\"", (await engine.EndAsync(id)).SerializedOutput);
    }

    // Activities, a timer, an event that comes early and one that comes late, a sub-orchestration: every kind of await.
    private static FunctionTable Journey(ConcurrentBag<string> runs) => new FunctionTable()
        .Activity<string>("Note", text =>
        {
            runs.Add(text!);
            return text!.Length;
        })
        .Orchestrator("Child", async context =>
        {
            await context.CallActivityAsync<int>("Note", "child");
            return (object?)context.NewGuid();
        })
        .Orchestrator("Journey", async context =>
        {
            var first = await context.CallActivityAsync<int>("Note", "first");
            var word = await context.WaitForExternalEvent<string>("Word");
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            var child = await context.CallSubOrchestratorAsync<Guid>("Child", options: new SubOrchestrationOptions(instanceId: "journey-child"));
            var last = await context.CallActivityAsync<int>("Note", "the last");
            context.SetCustomStatus("arrived");
            return (object?)$"{first} {word} {last} {(child == Guid.Empty ? "none" : "child")}";
        });

    private static async Task<(string? Output, bool Hit)> TravelAsync(FunctionTable functions, bool replay, CrashAt crash)
    {
        await using var engine = await EngineFixture.StartAsync(functions, replay, options => options with { CommitProbe = crash });
        await engine.SurviveAsync(crash, () => engine.ScheduleAsync("Journey", id: "journey"), () => engine.Client.GetInstanceAsync("journey"));
        var raised = false;
        while (true)
        {
            var state = await engine.SurviveAsync(crash, () => engine.Client.GetInstanceAsync("journey", getInputsAndOutputs: true));
            if (state is { RuntimeStatus: OrchestrationRuntimeStatus.Completed })
            {
                Assert.Equal("\"arrived\"", state.SerializedCustomStatus);
                return (state.SerializedOutput, crash.Hit);
            }

            Assert.NotEqual(OrchestrationRuntimeStatus.Failed, state?.RuntimeStatus);
            var history = (await engine.SurviveAsync(crash, () => engine.Engine.ReadHistoryAsync("journey")))!.Events;
            if (!raised && history.Any(e => e.Kind == JournalEventKind.ActivityCompleted))
            {
                await engine.SurviveAsync(crash, async () =>
                {
                    await engine.Client.RaiseEventAsync("journey", "word", "hello");
                    return true;
                });
                raised = true;
            }

            if (history.Any(e => e.Kind == JournalEventKind.TimerCreated))
                engine.Time.Advance(TimeSpan.FromMinutes(30));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    internal sealed class CrashAt(int commit, bool before) : ICommitProbe
    {
        private int seen;

        public bool Hit { get; private set; }

        public void BeforeCommit()
        {
            if (++seen == commit && before)
                Crash();
        }

        public void AfterCommit()
        {
            if (seen == commit && !before)
                Crash();
        }

        private void Crash()
        {
            Hit = true;
            throw new OperationCanceledException("The machine died.");
        }
    }
}
