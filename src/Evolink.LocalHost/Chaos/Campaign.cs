using System.Net.Sockets;
using System.Text.Json;
using Evolink.LocalHost.Azurite;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Microsoft.Extensions.Options;

namespace Evolink.LocalHost.Chaos;

/// <summary>
/// A campaign of faults: the app works through many generations against a provider that misbehaves by a seeded plan, while its process is
/// killed and started again. Storage, provider and client stay alive, here; at the end they are compared.
/// </summary>
internal sealed class Campaign
{
    private const int FirstPort = 20_000;
    private const int LastPort = 30_000;

    // From here on some clients never come back: what they left is found by the sweep, which runs once a minute.
    private const int Large = 100;
    private const int FewLeft = 3;

    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1.5);
    // Cancels come in every phase: before the submit, while waiting, while saving, after the end.
    private static readonly TimeSpan CancelStep = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly ChaosOptions _options;
    private readonly RunningSimulator _simulator;
    private readonly EvolinkStorage _storage;
    private readonly ChaosHostOrder _order;
    private readonly ChaosClient _client;
    private readonly TextWriter _log;
    private readonly CancellationToken _over;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly List<Task> _posts = [];
    private readonly SortedDictionary<CrashPoint, int> _crashes = [];
    private int _kills;
    private int _unguardedStarts;
    private int _posted;

    private Campaign(ChaosOptions options, RunningSimulator simulator, AzuriteServer azurite, string folder, ChaosClient client, Uri address, TextWriter log, CancellationToken over)
    {
        (_options, _simulator, _client, _log, _over) = (options, simulator, client, log, over);
        _order = new ChaosHostOrder(address.Port, Path.Combine(folder, "journal.db"), ChaosSettings.ForApp(address, simulator.BaseUrl, azurite.ConnectionString));
        EvolinkOptions app = new() { Storage = { ConnectionString = azurite.ConnectionString } };
        _storage = new EvolinkStorage(Options.Create(app), new OutgoingHttp());
        foreach (CrashPoint point in Enum.GetValues<CrashPoint>())
            _crashes[point] = 0;
    }

    /// <summary>Runs a campaign to its end.</summary>
    /// <exception cref="LocalHostException">Something that it needs is missing, or the host does not start.</exception>
    public static async Task<CampaignResult> RunAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("evolink-chaos-").FullName;
        using CancellationTokenSource deadline = new(options.Deadline, TimeProvider.System);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        CampaignResult result;
        await using (RunningSimulator simulator = await SimulatorApp.StartAsync(ChaosSettings.Simulator(options.Seed), cancellationToken))
        await using (AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions { InstallFolder = options.AzuriteFolder, Note = options.Note }, cancellationToken))
        await using (TextWriter log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, "host.log"))))
        {
            Uri address = FreeAddress();
            using ChaosClient client = new(address, options.Seed);
            Campaign campaign = new(options, simulator, azurite, folder, client, address, log, over.Token);
            await campaign._storage.CreateMissingContainersAsync(cancellationToken);
            await campaign.RunAsync();
            cancellationToken.ThrowIfCancellationRequested();
            result = await campaign.JudgeAsync(folder);
        }

        if (result.Passed)
            Directory.Delete(folder, recursive: true);
        return result;
    }

    private async Task RunAsync()
    {
        foreach (Life life in Life.Draw(_options.Seed, _options.Kills, _options.Generations))
        {
            if (_over.IsCancellationRequested)
                break;
            await LiveAsync(life);
        }

        await using HostProcess last = await HostProcess.StartAsync(_order, life: null, _log);
        Post(_options.Generations - _posted);
        Task ended = await Task.WhenAny(EndOfJobsAsync(), last.Exited);
        if (ended == last.Exited)
            throw new LocalHostException($"The host ended by itself; its log is {LogFile}.");
        await ended;
        _unguardedStarts += last.UnguardedStarts;
    }

    private string LogFile => Path.Combine(Path.GetDirectoryName(_order.Journal)!, "host.log");

    private async Task LiveAsync(Life life)
    {
        await using HostProcess host = await HostProcess.StartAsync(_order, life, _log);
        Post(_options.Generations / (_options.Kills + 1));
        if (!life.WhileStarting && !await host.Ready && host.CrashedAt is null)
            throw new LocalHostException($"The host does not start; its log is {LogFile}.");
        long since = TimeProvider.System.GetTimestamp();
        await host.Exited.WaitAsync(life.Lasts, TimeProvider.System, _over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!host.Exited.IsCompleted)
            await host.KillAsync();
        _kills++;
        _unguardedStarts += host.UnguardedStarts;
        if (host.CrashedAt is { } point)
            _crashes[point]++;
        string how = host.CrashedAt is { } at ? $"ended itself at {at}, time {life.Occurrence}" : life.WhileStarting ? "killed while starting" : "killed";
        Note($"life {_kills}: {how} after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s; {_client.Jobs.Count} of {_posted} posts answered");
    }

    private void Post(int count)
    {
        for (int end = _posted + count; _posted < end; _posted++)
        {
            // Every tenth key comes twice at once, as from a client that lost patience.
            int copies = _posted % 10 == 0 ? 2 : 1;
            TimeSpan wait = Spread * ((end - _posted) / (double)count);
            for (int copy = 0; copy < copies; copy++)
                _posts.Add(PostAsync(_posted, wait));
        }
    }

    private async Task PostAsync(int number, TimeSpan wait)
    {
        await Task.Delay(wait, TimeProvider.System, _over);
        await _client.PostAsync(number, givesUp: _options.Generations >= Large && number % 20 == 3, _over);
        if (number % 25 == 7)
            await _client.CancelAsync(number, CancelStep * (number % 16), _over);
    }

    private async Task EndOfJobsAsync()
    {
        try
        {
            await Task.WhenAll(_posts);
            List<string> left;
            for (int looks = 0; (left = await StorageSnapshot.ActiveAsync(_storage)).Count > 0; looks++)
            {
                if (looks % 10 == 0)
                    Note($"all posted; {left.Count} jobs are not over{(left.Count <= FewLeft ? $": {string.Join(", ", left)}" : "")}");
                await Task.Delay(Look, TimeProvider.System, _over);
            }

            // After the end a key still stands for its job, and costs nothing.
            await Task.WhenAll(Enumerable.Range(0, _options.Generations).Where(number => number % 10 == 5).Select(number => _client.PostAsync(number, givesUp: false, _over)));
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            Note("the time is up");
        }
    }

    private async Task<CampaignResult> JudgeAsync(string folder)
    {
        double seconds = TimeProvider.System.GetElapsedTime(_started).TotalSeconds;
        LedgerReport ledger = await _simulator.ReadLedgerAsync(withVideos: true, CancellationToken.None);
        StorageSnapshot storage = await StorageSnapshot.ReadAsync(_storage);
        List<Finding> findings =
        [
            .. new Audit(storage, ledger, _client.Jobs, _client.Cancelled.Keys.ToHashSet(StringComparer.Ordinal), JournalRuns.Read(_order.Journal)).Findings(),
            .. _client.Surprises.Select(surprise => new Finding(FindingKind.Campaign, "", surprise)),
            .. Enumerable.Repeat(new Finding(FindingKind.StartedAgain, "", "An orchestration that was there was started without dedupe statuses."), _unguardedStarts),
            .. _crashes.Where(crash => crash.Value == 0).Select(crash => new Finding(FindingKind.Campaign, "", $"The crash point {crash.Key} was never reached.")),
        ];
        if (findings.Count > 0)
            await KeepEvidenceAsync(folder, findings, storage, ledger);
        return new CampaignResult(Report(storage, ledger, findings, seconds), findings, _crashes, findings.Count > 0 ? folder : null);
    }

    private ChaosReport Report(StorageSnapshot storage, LedgerReport ledger, List<Finding> findings, double seconds)
    {
        int Count(FindingKind kind) => findings.Count(finding => finding.Kind == kind);
        JobRecord[] failed = [.. storage.Records.Values.Where(job => job.State is JobState.Failed or JobState.Cancelled)];
        return new ChaosReport(
            _options.Generations,
            _client.Jobs.Values.Union(storage.Records.Keys, StringComparer.Ordinal).Count(),
            storage.Records.Values.Count(job => job.State == JobState.Completed),
            failed.Length,
            new SortedDictionary<string, int>(failed.CountBy(job => job.Error?.Code ?? "request_cancelled").ToDictionary(), StringComparer.Ordinal),
            _kills,
            ledger.Charges.Count,
            Count(FindingKind.ChargedTwice),
            Count(FindingKind.Lost),
            Count(FindingKind.Mismatched),
            Count(FindingKind.Orphaned),
            Math.Round(seconds, 1),
            _options.Seed);
    }

    private static async Task KeepEvidenceAsync(string folder, List<Finding> findings, StorageSnapshot storage, LedgerReport ledger)
    {
        await File.WriteAllLinesAsync(Path.Combine(folder, "findings.txt"), findings.Select(finding => $"{finding.Kind} {finding.Job}: {finding.Words}"));
        foreach (string job in findings.Select(finding => finding.Job).Distinct(StringComparer.Ordinal).Where(storage.Records.ContainsKey))
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, job + ".record.json"), JsonSerializer.SerializeToUtf8Bytes(storage.Records[job], PipelineJsonContext.Default.JobRecord));
            IEnumerable<string> submits = ledger.Submits.Where(submit => submit.IdempotencyKey?.StartsWith(job, StringComparison.Ordinal) == true).Select(submit => submit.ToString());
            IEnumerable<string> tasks = ledger.Tasks.Where(task => task.CallbackUrl?.Contains(job, StringComparison.Ordinal) == true)
                .SelectMany(task => task.Callbacks.Select(callback => callback.ToString()).Prepend(task.ToString()));
            await File.WriteAllLinesAsync(Path.Combine(folder, job + ".provider.txt"), submits.Concat(tasks));
        }
    }

    private void Note(string text) => _options.Note($"[{TimeProvider.System.GetElapsedTime(_started).TotalSeconds,6:0.0} s] {text}");

    // Below the ports that systems hand out by themselves: between two lives nobody else may get it.
    private static Uri FreeAddress()
    {
        for (int port = Random.Shared.Next(FirstPort, LastPort); ; port = Random.Shared.Next(FirstPort, LastPort))
        {
            try
            {
                using Socket free = LoopbackSocket.Listen(port);
                return new Uri($"http://127.0.0.1:{port}");
            }
            catch (LocalHostException)
            {
                // Taken: another one.
            }
        }
    }
}
