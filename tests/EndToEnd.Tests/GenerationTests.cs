using System.Security.Cryptography;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>From a request over HTTP to the video in storage, with real storage and a peer that behaves like Evolink.</summary>
public sealed class GenerationTests(AzuriteFixture azurite)
{
    private static readonly SimulatorOptions NoFetch = new() { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_image_and_a_prompt_become_a_video_that_is_byte_for_byte_what_evolink_served(bool replayEveryStep)
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { ReplayEveryStep = replayEveryStep });
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync(Api.Body(image: await client.UploadSampleAsync()));
        JobRecord job = await app.EndOfAsync(id);
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());

        JsonElement task = await client.TaskAsync(id);
        byte[] video = await client.GetByteArrayAsync(task.GetProperty("results")[0].GetString());
        VideoReport served = Assert.Single((await app.Simulator.ReadLedgerAsync()).Tasks).Video!;
        Assert.Equal(served.Sha256, Convert.ToHexStringLower(SHA256.HashData(video)));
        Assert.Equal(served.Length, video.Length);
        Assert.Equal(served.Sha256, task.GetProperty("video").GetProperty("sha256").GetString());
        Assert.Equal(served.Length, task.GetProperty("video").GetProperty("size").GetInt64());
        Assert.Equal("completed", task.GetProperty("status").GetString());
        Assert.Equal(100, task.GetProperty("progress").GetInt32());
        Assert.Equal(job.CurrentAttempt!.TaskId, task.GetProperty("evolink_task_id").GetString());
    }

    [Fact]
    public async Task With_callbacks_it_takes_one_submit_one_read_one_download_and_no_poll()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = NoFetch with { TaskDuration = TimeSpan.FromSeconds(0.5) } });
        using HttpClient client = app.Client();
        await app.EndOfAsync(await client.StartAsync());
        LedgerReport ledger = await app.Simulator.ReadLedgerAsync();
        Assert.Single(ledger.Submits);
        TaskReport task = Assert.Single(ledger.Tasks);
        Assert.Equal((1, 1), (task.Reads, task.Downloads));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_callbacks_lost_polling_finishes_it(bool replayEveryStep)
    {
        await using TestApp app = await TestApp.StartAsync(
            azurite, new TestAppOptions { Simulator = NoFetch with { TaskDuration = TimeSpan.FromSeconds(1) }, ReplayEveryStep = replayEveryStep });
        app.Simulator.Order(new FaultOrder(new FaultScript { Callbacks = [new CallbackFault.Never()] }));
        using HttpClient client = app.Client();
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(await client.StartAsync())).State);
        Assert.Single((await app.Simulator.ReadLedgerAsync()).Submits);
    }

    [Fact]
    public async Task Without_a_public_address_it_polls_and_the_image_goes_through_the_files_api()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["Evolink:PublicBaseUrl"] = null },
        });
        using HttpClient client = app.Client();
        JobRecord job = await app.EndOfAsync(await client.StartAsync(Api.Body(image: await client.UploadSampleAsync())));
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        Assert.Null(Assert.Single((await app.Simulator.ReadLedgerAsync()).Tasks).CallbackUrl);
    }

    [Fact]
    public async Task A_callback_that_comes_before_the_submits_answer_is_not_lost()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = NoFetch });
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.SlowAnswer(0.5), Callbacks = [new CallbackFault.BeforeAnswer()] }));
        using HttpClient client = app.Client();
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(await client.StartAsync())).State);
    }

    [Fact]
    public async Task A_submit_whose_answer_was_lost_is_adopted_through_its_callback_and_paid_once()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = NoFetch with { TaskDuration = TimeSpan.FromSeconds(0.5) } });
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Reset(Charged: true) }));
        using HttpClient client = app.Client();
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(await client.StartAsync())).State);
        Assert.Single((await app.Simulator.ReadLedgerAsync()).Charges);
    }

    [Fact]
    public async Task A_failed_task_keeps_the_providers_own_code()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = NoFetch });
        app.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.Fails("content_policy_violation", "No.\nNot this.")] }));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        await app.EndOfAsync(id);
        JsonElement task = await client.TaskAsync(id);
        Assert.Equal("failed", task.GetProperty("status").GetString());
        Assert.Equal("content_policy_violation", task.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("task_error", task.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_host_that_stops_in_the_middle_goes_on_where_it_was()
    {
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = NoFetch with { TaskDuration = TimeSpan.FromSeconds(2) } });
        JobId id;
        using (HttpClient client = app.Client())
            id = await client.StartAsync();
        while ((await app.Store.ReadAsync(id, CancellationToken.None)).State != JobState.Waiting)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        await app.StopHostAsync();
        await app.StartHostAsync();
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(id)).State);
        Assert.Single((await app.Simulator.ReadLedgerAsync()).Submits);
    }

    [Fact]
    public async Task No_secret_link_or_prompt_stands_in_journal_record_or_log()
    {
        await using TestApp app = await TestApp.StartAsync(azurite);
        using HttpClient client = app.Client();
        string image = await client.UploadSampleAsync();
        JobId id = await client.StartAsync(Api.Body("a most private prompt", image));
        await app.EndOfAsync(id);
        LedgerReport ledger = await app.Simulator.ReadLedgerAsync();
        string signature = new Uri(Assert.Single(ledger.Tasks).CallbackUrl!).Query.Split("s=")[1];
        string record = JsonSerializer.Serialize(await app.Store.ReadAsync(id, CancellationToken.None));
        await app.StopHostAsync();
        string journal = System.Text.Encoding.Latin1.GetString([.. Directory.GetFiles(Path.GetDirectoryName(app.JournalPath)!).SelectMany(File.ReadAllBytes)]);
        string log = string.Join('\n', app.Log.Lines);

        string[] secrets =
        [
            "a most private prompt", signature, TestApp.ClientKey, TestApp.OperatorKey, SimulatorOptions.DevelopmentKey, "callback-secret-of-the-tests-0123456789",
            "/files/", ".mp4?", "sig=", "?c=", "&s=", azurite.ConnectionString.Split("AccountKey=")[1][..40],
        ];
        foreach (string secret in secrets)
        {
            Assert.DoesNotContain(secret, record, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, journal, StringComparison.Ordinal);
            Assert.DoesNotContain(app.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        }

        Assert.Contains(id.Value, journal, StringComparison.Ordinal);
        Assert.Contains(id.Value, log, StringComparison.Ordinal);
    }
}
