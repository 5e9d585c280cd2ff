using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.LocalHost.Tests.Durable;

public sealed class JournalTests
{
    [Fact]
    public async Task A_second_engine_on_the_same_journal_is_refused_and_the_first_goes_on()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        await using var second = new DurableEngine(engine.Options, Waiting, TimeProvider.System, NullLoggerFactory.Instance);

        var refused = await Assert.ThrowsAsync<JournalUnusableException>(() => second.StartAsync(CancellationToken.None));

        Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
        var id = await engine.ScheduleAsync("Wait");
        await engine.Client.RaiseEventAsync(id, "go");
        await engine.EndAsync(id);
    }

    [Fact]
    public async Task A_journal_of_a_newer_schema_is_refused()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        await engine.Engine.DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={engine.Options.JournalPath};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            await command.ExecuteNonQueryAsync();
        }

        var refused = await Assert.ThrowsAsync<JournalUnusableException>(() => engine.OpenAsync());

        Assert.Contains("schema version 99, this program knows version 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_journal_is_refused()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        await engine.Engine.DisposeAsync();
        File.Delete(engine.Options.JournalPath + "-wal");
        await File.WriteAllTextAsync(engine.Options.JournalPath, new string('x', 8192));

        await Assert.ThrowsAsync<JournalUnusableException>(() => engine.OpenAsync());
    }

    [Fact]
    public async Task Waiting_instances_beyond_the_cache_hold_no_memory_and_still_wake()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, false, options => options with { MaxCachedInstances = 3 });
        var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => engine.ScheduleAsync("Wait", id: $"job-{n}")));
        foreach (var id in ids)
            await engine.Client.WaitForInstanceStartAsync(id);
        await engine.UntilAsync(ids[^1], _ => engine.Engine.Board.Instances.InMemory <= 3);

        await Task.WhenAll(ids.Select(id => engine.Client.RaiseEventAsync(id, "go", id)));

        Assert.All(ids, id => Assert.Equal($"\"{id}\"", engine.EndAsync(id).Result.SerializedOutput));
    }

    [Theory, ClassData(typeof(BothModes))]
    public async Task A_thousand_jobs_at_once_all_end_also_across_a_crash(bool replay)
    {
        var functions = new FunctionTable()
            .Activity<int>("Add", n => n + 1)
            .Orchestrator("Job", async context =>
            {
                var n = await context.CallActivityAsync<int>("Add", context.GetInput<int>());
                n += await context.WaitForExternalEvent<int>("more");
                return (object?)await context.CallActivityAsync<int>("Add", n);
            });
        await using var engine = await EngineFixture.StartAsync(functions, replay, options => options with { MaxCachedInstances = 100 });
        var jobs = replay ? 200 : 1_000;
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(n => engine.ScheduleAsync("Job", n, $"job-{n}")));

        await engine.KillAndRestartAsync();
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(n => engine.Client.RaiseEventAsync($"job-{n}", "more", 10)));

        var ends = await Task.WhenAll(Enumerable.Range(0, jobs).Select(n => engine.EndAsync($"job-{n}")));
        Assert.Equal(Enumerable.Range(0, jobs).Select(n => n + 12), ends.Select(end => end.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task A_journal_synced_against_loss_of_power_works_the_same()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, false, options => options with { SurvivePowerLoss = true });
        var id = await engine.ScheduleAsync("Wait");
        await engine.Client.RaiseEventAsync(id, "go", "done");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task A_write_that_fails_is_rolled_back_alone_and_the_others_of_its_batch_are_committed()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        var journal = engine.Engine.Journal;
        var row = new InstanceRow(0, "", "Wait", "", OrchestrationRuntimeStatus.Pending, engine.Time.GetUtcNow(), engine.Time.GetUtcNow());

        var writes = Enumerable.Range(0, 100).Select(n => journal.WriteAsync(writer =>
        {
            writer.InsertInstance(row with { Id = $"row-{n}" });
            return n % 10 == 0 ? throw new InvalidOperationException($"write {n} fails") : n;
        })).ToList();
        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal(10, writes.Count(write => write.IsFaulted));
        Assert.Equal(90, journal.Read(reader => reader.Page(new InstanceFilter(IdPrefix: "row-"), 0, 1_000)).Count);
    }

    [Fact]
    public async Task A_finished_instance_leaves_no_open_work_in_the_journal()
    {
        var functions = new FunctionTable().Orchestrator("Leave", async context =>
        {
            using var cancel = new CancellationTokenSource();
            _ = context.CreateTimer(TimeSpan.FromHours(1), cancel.Token);
            await context.WaitForExternalEvent<object>("go");
            cancel.Cancel();
        });
        await using var engine = await EngineFixture.StartAsync(functions, replayEveryStep: false);
        var id = await engine.ScheduleAsync("Leave");
        await engine.Client.RaiseEventAsync(id, "ignored");
        await engine.Client.RaiseEventAsync(id, "go");
        await engine.EndAsync(id);

        var (messages, activities, timer) = engine.Engine.Journal.Read(
            reader => (reader.InstancesWithMessages(), reader.Activities(), reader.NextTimer()));

        Assert.Empty(messages);
        Assert.Empty(activities);
        Assert.Null(timer);
    }

    [Fact]
    public async Task A_restart_with_10_000_finished_jobs_on_disk_reads_none_of_them()
    {
        await using var engine = await EngineFixture.StartAsync(Waiting, replayEveryStep: false);
        var done = await engine.ScheduleAsync("Wait", id: "done");
        await engine.Client.RaiseEventAsync(done, "go");
        await engine.EndAsync(done);
        await engine.Engine.DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={engine.Options.JournalPath};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                """
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
                INSERT INTO instances (id, name, version, status, created, updated, input, output)
                    SELECT 'done-' || n, name, version, status, created, updated, input, output FROM numbers, instances WHERE id = 'done';
                INSERT INTO history SELECT i.key, h.number, h.kind, h.at, h.task, h.name, h.target, h.due, h.version, h.data
                    FROM instances i, instances d, history h WHERE d.id = 'done' AND h.instance = d.key AND i.key <> d.key;
                """;
            await command.ExecuteNonQueryAsync();
            // Whoever reads a finished job at the start fails on it.
            command.CommandText = "UPDATE history SET kind = 9999 WHERE instance <> (SELECT key FROM instances WHERE id = 'done')";
            Assert.True(await command.ExecuteNonQueryAsync() >= 10_000);
        }

        await engine.OpenAsync();

        var next = await engine.ScheduleAsync("Wait");
        await engine.Client.RaiseEventAsync(next, "go");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndAsync(next)).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.GetAsync("done-10000")).RuntimeStatus);
    }

    private static FunctionTable Waiting => new FunctionTable().Orchestrator(
        "Wait", async context => (object?)await context.WaitForExternalEvent<string>("go"));
}
