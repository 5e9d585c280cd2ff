using System.Net.Http.Headers;
using Evolink.Functions;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Evolink.Testing.Hosting;

/// <summary>The whole app in this process: functions, engine and journal, with the simulator as its peer and Azurite as its storage.</summary>
public sealed class TestApp : IAsyncDisposable
{
    public const string ClientKey = "client-key-of-the-tests";
    public const string OtherClientKey = "other-client-key-of-the-tests";
    public const string OperatorKey = "operator-key-of-the-tests";

    private readonly AzuriteFixture _azurite;
    private readonly TestAppOptions _options;
    private readonly string _folder;
    private readonly string _hub = $"tests{Guid.NewGuid():N}";
    private LocalFunctionsHost? _host;

    private TestApp(AzuriteFixture azurite, TestAppOptions options, RunningSimulator simulator)
    {
        (_azurite, _options, Simulator) = (azurite, options, simulator);
        _folder = Directory.CreateTempSubdirectory("evolink-").FullName;
    }

    public RunningSimulator Simulator { get; }

    public LocalFunctionsHost Host => _host ?? throw new InvalidOperationException("The app is stopped.");

    public GenerationStore Store => Host.Services.GetRequiredService<GenerationStore>();

    public string JournalPath => Path.Combine(_folder, "journal.db");

    /// <summary>Everything that was logged so far.</summary>
    public LogSink Log { get; } = new();

    public static async Task<TestApp> StartAsync(AzuriteFixture azurite, TestAppOptions? options = null)
    {
        options ??= new TestAppOptions();
        TestApp app = new(azurite, options, await SimulatorApp.StartAsync(options.Simulator));
        await app.StartHostAsync();
        return app;
    }

    /// <summary>Starts the app again, on the same journal and storage, with other settings where given.</summary>
    public async Task StartHostAsync(IReadOnlyDictionary<string, string?>? changes = null) => _host = await LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
    {
        FunctionApp = typeof(EvolinkFunctions).Assembly,
        ConfigureServices = (services, configuration, _) =>
        {
            if (_options.Http is { } http)
                services.AddSingleton(http);
            services.AddEvolink(configuration);
        },
        ConfigureWorker = worker => worker.UseEvolink(),
        JournalPath = JournalPath,
        ReplayEveryStep = _options.ReplayEveryStep,
        UseEnvironmentVariables = false,
        EnvironmentName = "Development",
        Settings = address => Settings(address, changes),
        ConfigureLogging = logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Debug),
    });

    public async Task StopHostAsync()
    {
        if (_host is { } host)
        {
            _host = null;
            await host.DisposeAsync();
        }
    }

    /// <summary>A client with the key of client <c>alice</c>, or another one.</summary>
    public HttpClient Client(string? key = ClientKey) => new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = Host.BaseUrl,
        DefaultRequestHeaders = { Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key) },
    };

    /// <summary>The record of a job when it is over.</summary>
    public async Task<JobRecord> EndOfAsync(JobId id)
    {
        using JobChanges.Watch watch = Host.Services.GetRequiredService<JobChanges>().Begin(id);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (true)
        {
            JobRecord job = await Store.ReadAsync(id, patience.Token);
            if (job.State.IsTerminal)
                return job;
            await watch.NextAsync(patience.Token);
        }
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
            ["Evolink:ApiKey"] = SimulatorOptions.DevelopmentKey,
            ["Evolink:BaseUrl"] = simulator,
            ["Evolink:FilesBaseUrl"] = simulator,
            ["Evolink:PublicBaseUrl"] = own,
            ["Evolink:AllowLoopback"] = "true",
            ["Evolink:ClientKeys:alice:0"] = ClientKey,
            ["Evolink:ClientKeys:bob:0"] = OtherClientKey,
            ["Evolink:OperatorKeys:ops:0"] = OperatorKey,
            ["Evolink:Callback:CurrentKey"] = "k1",
            ["Evolink:Callback:Keys:k1"] = "callback-secret-of-the-tests-0123456789",
            ["Evolink:Storage:ConnectionString"] = _azurite.ConnectionString,
            ["Evolink:PollFloor"] = "00:00:00.2",
            // Other tests use the same storage: their jobs, and what they learned of their Evolink, are not this app's.
            ["Evolink:Hub"] = _hub,
            ["Evolink:CallbackSettling"] = "00:00:00.2",
        };
        foreach ((string name, string? value) in _options.Settings.Concat(changes ?? new Dictionary<string, string?>()))
            settings[name] = value;
        return settings;
    }
}
