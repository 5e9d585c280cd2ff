using Evolink.Pipeline;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.LocalHost.Chaos;

/// <summary>
/// A campaign of faults: the app works through many generations against a provider that misbehaves by a seeded plan, while its host and its worker
/// are killed and started again. Storage, provider and client stay alive, here; at the end they are compared.
/// </summary>
internal sealed class Campaign : IDisposable
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
    private readonly AzuriteServer _azurite;
    private readonly StorageProxy _proxy;
    private readonly EvolinkStorage _storage;
    private readonly ChaosHostOrder _order;
    private readonly ChaosClient _client;
    private readonly TextWriter _log;
    private readonly CancellationToken _over;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly List<Task> _posts = [];
    private readonly List<Kill> _kills = [];
    private readonly SortedDictionary<CrashPoint, int> _crashes = [];
    private HostProcess? _host;
    private int _posted;

    private Campaign(
        ChaosOptions options, RunningSimulator simulator, AzuriteServer azurite, StorageProxy proxy, string folder, TextWriter log, CancellationToken over)
    {
        (_options, _simulator, _azurite, _proxy, _log, _over) = (options, simulator, azurite, proxy, log, over);
        Uri address = FreeAddress();
        _client = new ChaosClient(address, options.Seed);
        _order = new ChaosHostOrder(address.Port, folder, ChaosSettings.ForApp(options, address, simulator.BaseUrl, azurite, proxy.Blobs));
        EvolinkOptions app = new() { Storage = { ConnectionString = azurite.ConnectionString } };
        _storage = new EvolinkStorage(Options.Create(app), new OutgoingHttp());
        foreach (CrashPoint point in Enum.GetValues<CrashPoint>())
            _crashes[point] = 0;
    }

    /// <summary>Runs a campaign to its end; no process that it started outlives it.</summary>
    /// <exception cref="LocalHostException">Something that it needs is missing, or the host does not start.</exception>
    public static async Task<CampaignResult> RunAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("evolink-chaos-").FullName;
        using CancellationTokenSource deadline = new(options.Deadline, TimeProvider.System);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        CampaignResult result;
        await using (RunningSimulator simulator = await SimulatorApp.StartAsync(ChaosSettings.Simulator(options), cancellationToken))
        await using (AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions { InstallFolder = options.AzuriteFolder, Note = options.Note }, cancellationToken))
        await using (StorageProxy proxy = await StorageProxy.StartAsync(azurite.BlobUri, cancellationToken))
        await using (TextWriter log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, "host.log"))))
        {
            using Campaign campaign = new(options, simulator, azurite, proxy, folder, log, over.Token);
            try
            {
                await campaign._storage.CreateMissingContainersAsync(cancellationToken);
                await campaign.RunAsync();
            }
            finally
            {
                await campaign.EndAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            result = await campaign.JudgeAsync();
        }

        if (result.Passed)
            Directory.Delete(folder, recursive: true);
        return result;
    }

    public void Dispose() => _client.Dispose();

    private string LogFile => Path.Combine(_order.Folder, "host.log");

    private async Task RunAsync()
    {
        try
        {
            foreach (Death death in Death.Draw(_options.Seed, _options.Kills, _options.Generations))
                await DieAsync(death);
            HostProcess last = await HostAsync();
            Post(_options.Generations - _posted);
            Task ended = await Task.WhenAny(EndOfJobsAsync(), last.Exited);
            if (ended == last.Exited)
                throw new LocalHostException($"The host ended by itself; its log is {LogFile}.");
            await ended;
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            Note("the time is up");
        }
    }

    // The one that lives, or a new one.
    private async Task<HostProcess> HostAsync() => _host ??= await HostProcess.StartAsync(_order, _log);

    private async Task DieAsync(Death death)
    {
        HostProcess host = await HostAsync();
        Post(_options.Generations / (_options.Kills + 1));
        if (!death.WhileStarting && !await host.Ready)
            throw new LocalHostException($"The host does not start; its log is {LogFile}.");
        if (death.Victim != Victim.Host)
            await host.WorkerStartedAsync(_over);
        long since = TimeProvider.System.GetTimestamp();
        CrashTrap? trap = death.At is { } point ? _proxy.Set(point, death.Occurrence) : null;
        await Task.WhenAny(host.Exited, trap?.Sprung ?? host.Exited, Task.Delay(death.After, TimeProvider.System, _over));
        _over.ThrowIfCancellationRequested();
        if (host.Exited.IsCompleted)
            throw new LocalHostException($"The host ended by itself; its log is {LogFile}.");
        bool reached = trap?.Sprung.IsCompleted == true;
        Kill kill = await host.KillAsync(death.Victim);
        trap?.Release(goesOn: kill.Victim == Victim.Host);
        _kills.Add(kill);
        if (reached)
            _crashes[death.At!.Value]++;
        string when = reached ? $"at {death.At}, time {death.Occurrence}," : death.WhileStarting ? "while starting," : "";
        Note($"kill {_kills.Count}: {kill.Victim} {when} after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s; {_client.Jobs.Count} of {_posted} posts answered");
        // A host whose first worker dies while it starts cannot know the app's functions, and ends.
        if (kill.Victim != Victim.Worker || !await host.Ready)
            await EndHostAsync();
    }

    private async Task EndHostAsync()
    {
        if (_host is { } host)
        {
            _host = null;
            await host.DisposeAsync();
        }
    }

    private async Task EndAsync()
    {
        await EndHostAsync();
        await HostProcess.EndLeftoverAsync(_order.Folder);
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
        await Task.WhenAll(_posts);
        List<string> left;
        for (int looks = 0; (left = await StorageSnapshot.ActiveAsync(_storage)).Count > 0; looks++)
        {
            if (looks % 20 == 0)
                Note($"all posted; {left.Count} jobs are not over{(left.Count <= FewLeft ? $": {string.Join(", ", left)}" : "")}");
            await Task.Delay(Look, TimeProvider.System, _over);
        }

        // After the end a key still stands for its job, and costs nothing.
        await Task.WhenAll(Enumerable.Range(0, _options.Generations).Where(number => number % 10 == 5).Select(number => _client.PostAsync(number, givesUp: false, _over)));
    }

    private async Task<CampaignResult> JudgeAsync()
    {
        double seconds = TimeProvider.System.GetElapsedTime(_started).TotalSeconds;
        LedgerReport ledger = await _simulator.ReadLedgerAsync(withVideos: true, CancellationToken.None);
        StorageSnapshot storage = await StorageSnapshot.ReadAsync(_storage);
        IReadOnlyDictionary<string, DurableRun> runs = await DurableRun.ReadAllAsync(_azurite.ConnectionString, ChaosSettings.Hub);
        Audit audit = new(storage, ledger, _client.Jobs, _client.Cancelled.Keys.ToHashSet(StringComparer.Ordinal), runs);
        List<Finding> findings =
        [
            .. audit.Findings(),
            .. _client.Surprises.Select(surprise => new Finding(FindingKind.Campaign, "", surprise)),
            .. _crashes.Where(crash => crash.Value == 0).Select(crash => new Finding(FindingKind.Campaign, "", $"The crash point {crash.Key} was never reached.")),
        ];
        if (findings.Count > 0)
            await KeepEvidenceAsync(findings, storage, ledger, runs);
        string[] undelivered = [.. audit.Undelivered()];
        foreach (string charge in undelivered)
            Note("undelivered: " + charge);
        Standstill[] standstills = [.. runs.Values.SelectMany(run => Standstill.Of(run, _kills))];
        ChaosReport report = Report(storage, ledger, findings, undelivered.Length, standstills, seconds);
        return new CampaignResult(report, findings, _crashes, standstills, findings.Count > 0 ? _order.Folder : null);
    }

    private ChaosReport Report(
        StorageSnapshot storage, LedgerReport ledger, List<Finding> findings, int undelivered, Standstill[] standstills, double seconds)
    {
        int Count(FindingKind kind) => findings.Count(finding => finding.Kind == kind);
        JobRecord[] failed = [.. storage.Records.Values.Where(job => job.State is JobState.Failed or JobState.Cancelled)];
        SortedDictionary<string, int> codes = new(
            failed.CountBy(job => job.Error?.Code ?? "request_cancelled").ToDictionary(), StringComparer.Ordinal);
        int accepted = _client.Jobs.Values.Union(storage.Records.Keys, StringComparer.Ordinal).Count();
        int completed = storage.Records.Values.Count(job => job.State == JobState.Completed);
        double longest = standstills.Select(standstill => standstill.Length.TotalSeconds).DefaultIfEmpty().Max();
        return new ChaosReport(
            _options.Generations, accepted, completed, failed.Length, codes,
            _kills.Count, _kills.Count(kill => kill.Victim != Victim.Worker), _kills.Count(kill => kill.Victim != Victim.Host),
            ledger.Charges.Count, Count(FindingKind.ChargedTwice), Count(FindingKind.Lost), Count(FindingKind.Mismatched),
            Count(FindingKind.Orphaned), undelivered,
            Math.Round(longest, 1), Math.Round(seconds, 1), _options.Seed);
    }

    private async Task KeepEvidenceAsync(
        List<Finding> findings, StorageSnapshot storage, LedgerReport ledger, IReadOnlyDictionary<string, DurableRun> runs)
    {
        string File(string name) => Path.Combine(_order.Folder, name);
        await System.IO.File.WriteAllLinesAsync(File("findings.txt"), findings.Select(finding => $"{finding.Kind} {finding.Job}: {finding.Words}"));
        foreach (string job in findings.Select(finding => finding.Job).Distinct(StringComparer.Ordinal).Where(storage.Records.ContainsKey))
        {
            await System.IO.File.WriteAllBytesAsync(
                File(job + ".record.json"), JsonSerializer.SerializeToUtf8Bytes(storage.Records[job], PipelineJsonContext.Default.JobRecord));
            IEnumerable<string> submits = ledger.Submits
                .Where(submit => submit.IdempotencyKey?.StartsWith(job, StringComparison.Ordinal) == true).Select(submit => submit.ToString());
            IEnumerable<string> tasks = ledger.Tasks.Where(task => task.CallbackUrl?.Contains(job, StringComparison.Ordinal) == true)
                .SelectMany(task => task.Callbacks.Select(callback => callback.ToString()).Prepend(task.ToString()));
            await System.IO.File.WriteAllLinesAsync(File(job + ".provider.txt"), submits.Concat(tasks));
            IEnumerable<string> history = runs.Values.Where(run => run.Id.StartsWith(job, StringComparison.Ordinal))
                .SelectMany(run => run.History.Select(row => row.ToString()).Prepend($"{run.Id} {run.Started:O}"));
            await System.IO.File.WriteAllLinesAsync(File(job + ".history.txt"), history);
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
