using System.Net.Http.Headers;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using FunctionsHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Evolink.Testing.Hosting;

/// <summary>
/// The whole app as it is built: its worker as a process of its own on the embedded Functions host, Durable on Azurite, the simulator as its peer. Each has a
/// hub of its own, so that many run beside each other on one Azurite.
/// </summary>
public sealed class TestApp : IAsyncDisposable
{
    public const string ClientKey = "client-key-of-the-tests";
    public const string OtherClientKey = "other-client-key-of-the-tests";
    public const string OperatorKey = "operator-key-of-the-tests";

    /// <summary>The secret by which guests verify what calls their <c>callback_url</c>.</summary>
    public const string WebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private const int MostGuests = 250;

    private const string ClientKeys = "Evolink:ClientKeys:";
    private const string OperatorKeys = "Evolink:OperatorKeys:";

    /// <summary>Beyond the minute for which Azure Storage hides the messages that a host held when it ended.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly AzuriteFixture _azurite;
    private readonly TestAppOptions _options;
    private readonly string _folder = Directory.CreateTempSubdirectory("evolink-").FullName;
    private readonly string _hub = $"t{Guid.NewGuid():N}"[..20];
    private FunctionAppHost? _host;
    private ServiceProvider? _services;
    private int _guests;

    private TestApp(AzuriteFixture azurite, TestAppOptions options, RunningSimulator simulator) =>
        (_azurite, _options, Simulator) = (azurite, options, simulator);

    public RunningSimulator Simulator { get; }

    public FunctionAppHost Host => _host ?? throw new InvalidOperationException("The app is stopped.");

    /// <summary>The app's own services, in this process and with the same settings: to read and write storage as the app does. Nothing runs in them.</summary>
    public IServiceProvider Services => _services ?? throw new InvalidOperationException("The app is stopped.");

    public GenerationStore Store => Services.GetRequiredService<GenerationStore>();

    /// <summary>Where its storage is.</summary>
    public string ConnectionString => _azurite.ConnectionString;

    /// <summary>What Durable tells and takes over HTTP.</summary>
    public DurableApi Durable => new(Host.BaseUrl);

    /// <summary>Everything that host and worker logged so far.</summary>
    public LogSink Log { get; } = new();

    public static async Task<TestApp> StartAsync(AzuriteFixture azurite, TestAppOptions? options = null)
    {
        options ??= new TestAppOptions();
        TestApp app = new(azurite, options, await SimulatorApp.StartAsync(options.Simulator));
        await app.StartHostAsync();
        return app;
    }

    /// <summary>Starts the app again, on the same hub and storage, with other settings where given.</summary>
    public async Task StartHostAsync(IReadOnlyDictionary<string, string?>? changes = null)
    {
        _host = await FunctionAppHost.StartAsync(new FunctionAppOptions
        {
            AppFolder = FunctionApp.Folder,
            StateFolder = _folder,
            HostId = _hub,
            UseEnvironmentVariables = false,
            Webhooks = ["blobs", "durabletask"],
            Settings = address => Settings(address, changes),
            ConfigureLogging = logging => logging.AddProvider(Log),
        });
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings(_host.BaseUrl, changes)).Build();
        _services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton(configuration)
            .AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development })
            .AddEvolinkPipeline(configuration).BuildServiceProvider();
    }

    public async Task StopHostAsync()
    {
        if (_services is { } services)
        {
            _services = null;
            await services.DisposeAsync();
        }

        if (_host is { } host)
        {
            _host = null;
            await host.DisposeAsync();
        }
    }

    /// <summary>Starts the app again, knowing no key at all.</summary>
    public Task StartHostWithoutKeysAsync() => StartHostAsync(
        Settings(Simulator.BaseUrl, null).Keys.Where(name => name.StartsWith(ClientKeys, StringComparison.Ordinal) || name.StartsWith(OperatorKeys, StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null));

    /// <summary>A client that no other test is: its jobs, lists and keys are its own.</summary>
    public Guest NewGuest() => new(Host.BaseUrl, Interlocked.Increment(ref _guests));

    /// <summary>A client with the key of client <c>alice</c>, or another one.</summary>
    public HttpClient Client(string? key = ClientKey) => new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = Host.BaseUrl,
        DefaultRequestHeaders = { Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key) },
    };

    /// <summary>The record of a job when it is over.</summary>
    public Task<JobRecord> EndOfAsync(JobId id) => UntilAsync(id, job => job.State.IsTerminal);

    /// <summary>The record of a job as soon as it is as wanted.</summary>
    public async Task<JobRecord> UntilAsync(JobId id, Func<JobRecord, bool> isThere)
    {
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        JobRecord? job = null;
        while (!patience.IsCancellationRequested)
        {
            job = await Store.FindAsync(id, CancellationToken.None);
            if (job is not null && isThere(job))
                return job;
            await Task.Delay(Look, TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException($"Job {id} is not as it should be after {Patience}: {job}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopHostAsync();
        await Simulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Dictionary<string, string?> Settings(Uri address, IReadOnlyDictionary<string, string?>? changes)
    {
        string own = address.GetLeftPart(UriPartial.Authority);
        string simulator = Simulator.BaseUrl.GetLeftPart(UriPartial.Authority);
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            // Every app hears of every message and upload on this storage; the few tests that are about them turn these on.
            ["AzureWebJobs.GenerationRequested.Disabled"] = "true",
            ["AzureWebJobsStorage"] = _azurite.ConnectionString,
            [EvolinkStorage.Connection] = _azurite.ConnectionString,
            ["AzureFunctionsJobHost:extensions:durableTask:hubName"] = _hub,
            ["AzureFunctionsJobHost:extensions:durableTask:storageProvider:maxQueuePollingInterval"] = "00:00:00.200",
            ["AzureFunctionsJobHost:extensions:durableTask:storageProvider:partitionCount"] = "1",
            ["Evolink:ApiKey"] = SimulatorOptions.DevelopmentKey,
            ["Evolink:BaseUrl"] = simulator,
            ["Evolink:FilesBaseUrl"] = simulator,
            ["Evolink:PublicBaseUrl"] = own,
            ["Evolink:AllowLoopback"] = "true",
            [$"{ClientKeys}alice:0"] = ClientKey,
            [$"{ClientKeys}bob:0"] = OtherClientKey,
            [$"{OperatorKeys}ops:0"] = OperatorKey,
            ["Evolink:Callback:CurrentKey"] = "k1",
            ["Evolink:Callback:Keys:k1"] = "callback-secret-of-the-tests-0123456789",
            ["Evolink:Storage:ConnectionString"] = _azurite.ConnectionString,
            ["Evolink:PollFloor"] = "00:00:00.2",
            ["Evolink:PollBatchWindow"] = "00:00:00.2",
            // Other tests use the same storage: their jobs, and what they learned of their Evolink, are not this app's.
            ["Evolink:Hub"] = _hub,
            ["Evolink:CallbackSettling"] = "00:00:00.2",
        };
        for (int guest = 1; guest <= MostGuests; guest++)
        {
            settings[$"{ClientKeys}{Guest.NameOf(guest)}:0"] = Guest.KeyOf(guest);
            settings[$"Evolink:Webhooks:Secrets:{Guest.NameOf(guest)}:0"] = WebhookSecret;
        }

        foreach ((string name, string? value) in _options.Settings.Concat(changes ?? new Dictionary<string, string?>()))
            settings[name] = value;
        return settings;
    }
}
