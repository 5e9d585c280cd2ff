namespace Evolink.LocalHost.Hosting;

/// <summary>Evolink.Functions on this machine with all that it needs: data folder, Azurite, the simulator (unless there is a key for the real API).</summary>
public sealed class LocalEnvironment : IAsyncDisposable
{
    private readonly DataFolder _data;
    private readonly Task<AzuriteServer?> _azurite;
    private readonly Task<RunningSimulator?> _simulator;
    private FunctionAppHost? _host;
    private UploadEvents? _uploads;

    private LocalEnvironment(DataFolder data, Task<AzuriteServer?> azurite, Task<RunningSimulator?> simulator) =>
        (_data, _azurite, _simulator) = (data, azurite, simulator);

    /// <summary>Where the app answers.</summary>
    public Uri BaseUrl => _host?.BaseUrl ?? throw new InvalidOperationException("The environment did not start.");

    /// <summary>The data folder, with the keys that this environment accepts.</summary>
    public DataFolder Data => _data;

    /// <summary>Where the simulator answers; <see langword="null"/> with the real API.</summary>
    public Uri? SimulatorUrl => _simulator.Result?.BaseUrl;

    /// <summary>Connection string of Azurite; <see langword="null"/> with storage of one's own.</summary>
    public string? StorageConnection => _azurite.Result?.ConnectionString;

    /// <summary>Ends when storage has gone away by itself, without which nothing works.</summary>
    public Task StorageLost => _azurite.Result?.Exited ?? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);

    /// <summary>Starts everything, side by side where possible.</summary>
    /// <exception cref="LocalHostException">Something it needs is missing or in use.</exception>
    public static async Task<LocalEnvironment> StartAsync(LocalEnvironmentOptions options, CancellationToken cancellationToken = default)
    {
        LocalSettings settings = LocalSettings.FromEnvironment();
        await KeyCheck.RunAsync(settings, cancellationToken);
        var data = DataFolder.Open(options.DataFolder);
        Socket? socket = null;
        LocalEnvironment? environment = null;
        try
        {
            socket = Listen(options);
            environment = new LocalEnvironment(
                data,
                Task.Run(() => StartAzuriteAsync(options, data, settings, cancellationToken), CancellationToken.None),
                Task.Run(() => StartSimulatorAsync(options, data, settings, cancellationToken), CancellationToken.None));
            AzuriteServer? azurite = await Notes.WhileAsync(environment._azurite, "Waiting for Azurite, the local storage", options.Note);
            RunningSimulator? simulator = await environment._simulator;
            Task<FunctionAppHost> host = FunctionAppHost.StartAsync(
                new FunctionAppOptions
                {
                    AppFolder = FunctionApp.Folder,
                    StateFolder = data.Location,
                    Socket = socket,
                    Settings = url => settings.ForApp(url, data.Keys, azurite, simulator?.BaseUrl),
                    ConfigureLogging = logging => LocalLog.ToStandardError(logging, options.LogLevel),
                },
                cancellationToken);
            environment._host = await Notes.WhileAsync(host, "Starting the app", options.Note);
            if (azurite is not null)
                environment._uploads = UploadEvents.Start(azurite.ConnectionString, environment.BaseUrl);
            data.Announce(environment.BaseUrl);
            return environment;
        }
        catch
        {
            socket?.Dispose();
            if (environment is not null)
                await environment.DisposeAsync();
            data.Dispose();
            throw;
        }
    }

    /// <summary>Ends the app, then what it stands on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_uploads is not null)
            await _uploads.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        await DisposeAsync(_simulator);
        await DisposeAsync(_azurite);
        _data.Dispose();
    }

    private static async Task DisposeAsync<T>(Task<T?> starting)
        where T : class, IAsyncDisposable
    {
        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully && starting.Result is { } started)
            await started.DisposeAsync();
    }

    private static Socket Listen(LocalEnvironmentOptions options)
    {
        try
        {
            return LoopbackSocket.Listen(options.Port);
        }
        catch (LocalHostException) when (options.AnyPortIfTaken)
        {
            return LoopbackSocket.Listen(0);
        }
    }

    private static async Task<AzuriteServer?> StartAzuriteAsync(
        LocalEnvironmentOptions options, DataFolder data, LocalSettings settings, CancellationToken cancellationToken) =>
        settings.HasStorage
            ? null
            : await AzuriteServer.StartAsync(
                new AzuriteOptions { DataFolder = data.Azurite, InstallFolder = options.AzuriteFolder, Note = options.Note }, cancellationToken);

    private static async Task<RunningSimulator?> StartSimulatorAsync(
        LocalEnvironmentOptions options, DataFolder data, LocalSettings settings, CancellationToken cancellationToken) =>
        settings.ApiKey is not null
            ? null
            : await SimulatorApp.StartAsync(
                new SimulatorOptions { DataFolder = data.Simulator, TaskDuration = options.SimulatedDuration, AllowLoopback = true }, cancellationToken);
}
