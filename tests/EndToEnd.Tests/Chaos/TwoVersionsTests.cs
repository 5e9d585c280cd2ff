using System.Net;
using System.Net.Http.Headers;
using EndToEnd.Tests.Support;
using Evolink.LocalHost.Azurite;
using Evolink.LocalHost.Chaos;
using Evolink.LocalHost.Data;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.Options;

namespace EndToEnd.Tests.Chaos;

/// <summary>
/// A deployment that rolls: another build of the app and this one work side by side on one storage account and one hub. Needs the other build's
/// <c>Evolink.LocalHost.dll</c> in <c>EVOLINK_OTHER_VERSION</c>, and is run with <c>-- xUnit.Explicit=only</c>.
/// </summary>
public sealed class TwoVersionsTests : IDisposable
{
    private const int Count = 100;
    private const int KillsOfEach = 4;

    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly string _folder = Directory.CreateTempSubdirectory("evolink-versions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Explicit = true)]
    public async Task Two_versions_that_are_killed_by_turns_pay_nothing_twice_lose_nothing_and_drop_nothing_of_a_record()
    {
        string other = Environment.GetEnvironmentVariable("EVOLINK_OTHER_VERSION")
            ?? throw new InvalidOperationException("EVOLINK_OTHER_VERSION names the other build's Evolink.LocalHost.dll.");
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        await using RunningSimulator simulator = await SimulatorApp.StartAsync(
            new SimulatorOptions { TaskDuration = TimeSpan.FromSeconds(3), AllowLoopback = true }, TestContext.Current.CancellationToken);
        EvolinkOptions options = new() { Storage = { ConnectionString = azurite.ConnectionString } };
        EvolinkStorage storage = new(Options.Create(options), new OutgoingHttp());
        using Instance old = new(other, Path.Combine(_folder, "old"), azurite, simulator);
        // One after the other: what both need in storage is made by the first.
        await old.StartAsync();
        using Instance young = new(null, Path.Combine(_folder, "new"), azurite, simulator) { Keys = old.KeysFile };
        await young.StartAsync();
        Instance[] instances = [old, young];

        Dictionary<int, string> jobs = [];
        Task posting = PostAsync(instances, jobs);
        for (int kill = 0; kill < 2 * KillsOfEach; kill++)
        {
            await Task.Delay(BetweenKills, TimeProvider.System, TestContext.Current.CancellationToken);
            await instances[kill % 2].KillAndStartAsync();
        }

        await posting;
        Dictionary<string, int> longest = [];
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        StorageSnapshot end;
        while (true)
        {
            end = await StorageSnapshot.ReadAsync(storage);
            foreach ((string id, JobRecord job) in end.Records)
            {
                Assert.True(job.Timeline.Length >= longest.GetValueOrDefault(id), $"{id} has forgotten a part of its timeline.");
                longest[id] = job.Timeline.Length;
            }

            if (end.Records.Count >= Count && end.Active.Count == 0 && end.Records.Values.All(job => job.State.IsTerminal))
                break;
            await Task.Delay(Look, TimeProvider.System, patience.Token);
        }

        LedgerReport ledger = await simulator.ReadLedgerAsync();
        Assert.Empty(new Audit(end, ledger, jobs, new HashSet<string>(), new Dictionary<string, DurableRun>()).Findings());
        Dictionary<string, string> prompts = ledger.Tasks.ToDictionary(task => task.Id, task => task.Prompt);
        Assert.All(
            jobs.Where(job => end.Records[job.Value].CurrentAttempt?.TaskId is not null),
            job => Assert.Equal($"video {job.Key}", prompts[end.Records[job.Value].CurrentAttempt!.TaskId!]));
        int completed = end.Records.Values.Count(job => job.State == JobState.Completed);
        Assert.InRange(completed, Count - (2 * KillsOfEach), Count);
        TestContext.Current.SendDiagnosticMessage($"{jobs.Count} jobs, {completed} completed, {ledger.Charges.Count} charges, {2 * KillsOfEach} kills.");
    }

    // To one and the other by turns, each until it is answered: an uploaded image has a link to where it was uploaded.
    private static async Task PostAsync(Instance[] instances, Dictionary<int, string> jobs)
    {
        for (int number = 0; number < Count; number++)
        {
            Instance instance = instances[number % 2];
            while (!jobs.ContainsKey(number))
            {
                try
                {
                    using HttpClient client = instance.Client();
                    using HttpResponseMessage response = await client.GenerateAsync(Api.Body($"video {number}", instance.Image), $"two-{number}");
                    if (response.StatusCode == HttpStatusCode.OK)
                        jobs[number] = (await response.JsonAsync()).GetProperty("id").GetString()!;
                    else
                        Assert.True((int)response.StatusCode >= 500, await response.Content.ReadAsStringAsync());
                }
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
                {
                    await Task.Delay(Look, TimeProvider.System);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System);
        }
    }

    /// <summary>One build of the app that serves, on an address that it keeps through its lives.</summary>
    private sealed class Instance(string? program, string data, AzuriteServer azurite, RunningSimulator simulator) : IDisposable
    {
        private readonly string _port = ServedApp.FreePort();
        private CliProcess? _process;

        /// <summary>The other's keys, which a deployment has in common.</summary>
        public string? Keys { get; init; }

        /// <summary>Link of an image that was uploaded to it.</summary>
        public string Image { get; private set; } = "";

        public string KeysFile => Path.Combine(data, "keys.json");

        public HttpClient Client() => new()
        {
            BaseAddress = new Uri($"http://127.0.0.1:{_port}"),
            Timeout = TimeSpan.FromSeconds(20),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", LocalKeys.Read(data)!.Client) },
        };

        public async Task StartAsync()
        {
            Directory.CreateDirectory(data);
            if (Keys is not null)
                File.Copy(Keys, KeysFile, overwrite: true);
            string provider = simulator.BaseUrl.GetLeftPart(UriPartial.Authority);
            _process = new CliProcess(
                ["serve", "--port", _port, "--data", data],
                new Dictionary<string, string?>
                {
                    ["Evolink__ApiKey"] = SimulatorOptions.DevelopmentKey,
                    ["Evolink__BaseUrl"] = provider,
                    ["Evolink__FilesBaseUrl"] = provider,
                    ["Evolink__PublicBaseUrl"] = $"http://127.0.0.1:{_port}",
                    ["Evolink__AllowLoopback"] = "true",
                    ["Evolink__Storage__ConnectionString"] = azurite.ConnectionString,
                    ["AzureWebJobsStorage"] = azurite.ConnectionString,
                    ["Evolink__PollFloor"] = "00:00:01",
                    ["Evolink__SubmitTimeout"] = "00:00:10",
                    ["Evolink__SubmitLeaseMargin"] = "00:00:02",
                },
                program: program);
            await _process.ReadLineAsync();
            using HttpClient client = Client();
            if (Image is "")
                Image = await client.UploadSampleAsync();
        }

        public async Task KillAndStartAsync()
        {
            _process!.Kill();
            await _process.ToEndAsync();
            _process.Dispose();
            await StartAsync();
        }

        public void Dispose() => _process?.Dispose();
    }
}
