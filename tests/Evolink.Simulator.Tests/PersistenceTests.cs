using System.Text.Json.Nodes;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

public sealed class PersistenceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("evolink-simulator-").FullName;

    private SimulatorOptions Persistent => Api.Instant with { DataFolder = folder };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Tasks_charges_keys_and_videos_outlive_a_restart()
    {
        const string key = "gen-0123456789.1";
        string id;
        byte[] video;
        await using (Api before = await Api.StartAsync(Persistent))
        {
            id = await before.SubmitAsync(idempotencyKey: key);
            video = await before.DownloadVideoAsync(id);
        }

        await using Api after = await Api.StartAsync(Persistent);

        Assert.Equal(video, await after.DownloadVideoAsync(id));
        Assert.Equal(id, await after.SubmitAsync(idempotencyKey: key));
        LedgerReport ledger = await after.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(id, Assert.Single(ledger.Charges).TaskId);
        Assert.Equal((2, 2), (ledger.Tasks[0].Reads, ledger.Tasks[0].Downloads));
    }

    [Fact]
    public async Task What_was_answered_is_in_the_file_before_the_answer()
    {
        await using Api api = await Api.StartAsync(Persistent);
        string id = await api.SubmitAsync();

        // As after kill -9: the file as it is now, with the beginning of an entry that was never finished.
        string copy = Path.Combine(folder, "copy");
        Directory.CreateDirectory(copy);
        string journal = Path.Combine(copy, "journal.jsonl");
        File.Copy(Path.Combine(folder, "journal.jsonl"), journal);
        await File.AppendAllTextAsync(journal, """{"entry":"submitted","submit":{"numb""", TestContext.Current.CancellationToken);
        await using Api risen = await Api.StartAsync(Api.Instant with { DataFolder = copy });

        Assert.Equal("completed", (string?)(await risen.ReadAsync(id))["status"]);
        await risen.SubmitAsync();
        Assert.Equal(2, (await risen.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken)).Charges.Count);
    }

    [Fact]
    public async Task A_journal_that_is_broken_in_its_middle_is_not_silently_cut()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "journal.jsonl"), "nonsense\n", TestContext.Current.CancellationToken);

        IOException exception = await Assert.ThrowsAsync<IOException>(() => SimulatorApp.StartAsync(Persistent));

        Assert.StartsWith("Line 1 of ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task A_callback_that_was_not_delivered_is_sent_after_a_restart_or_lost(bool lose, int callbacks)
    {
        var clock = new ManualTimeProvider();
        SimulatorOptions options = Persistent with { TimeProvider = clock, TaskDuration = TimeSpan.FromSeconds(30), FaultPlan = new() { LoseCallbacksOnRestart = lose } };
        await using Receiver receiver = await Receiver.StartAsync();
        JsonObject request = Api.Request();
        request["callback_url"] = receiver.Url.AbsoluteUri;
        string id;
        await using (Api before = await Api.StartAsync(options))
            id = await before.SubmitAsync(request);
        clock.Advance(TimeSpan.FromSeconds(30));

        await using Api after = await Api.StartAsync(options);
        await after.UntilAsync(id, task => task.CallbacksDone);

        Assert.Equal(callbacks, receiver.All.Count);
    }

    [Fact]
    public async Task Faults_and_how_often_they_were_played_outlive_a_restart()
    {
        SimulatorOptions options = Persistent with { FaultPlan = new() { Orders = [Api.OnSubmit(SubmitFault.NoCredits) with { Submits = 2 }] } };
        var answers = new List<int>();
        for (int start = 0; start < 3; start++)
        {
            await using Api api = await Api.StartAsync(options);
            using HttpResponseMessage response = await api.PostAsync(Api.Request());
            answers.Add((int)response.StatusCode);
        }

        Assert.Equal([402, 402, 200], answers);
    }

    [Fact]
    public async Task Two_simulators_do_not_share_a_folder()
    {
        await using Api one = await Api.StartAsync(Persistent);

        await Assert.ThrowsAnyAsync<IOException>(() => SimulatorApp.StartAsync(Persistent));
    }

    [Fact]
    public async Task A_port_in_use_is_said_in_a_sentence()
    {
        await using Api one = await Api.StartAsync();

        IOException exception = await Assert.ThrowsAsync<IOException>(() => SimulatorApp.StartAsync(Api.Instant with { Port = one.Simulator.BaseUrl.Port }));

        Assert.StartsWith($"The simulator cannot listen on 127.0.0.1:{one.Simulator.BaseUrl.Port}", exception.Message, StringComparison.Ordinal);
    }
}
