using System.Net.Sockets;

namespace FunctionsHost;

/// <summary>
/// A function app that runs: its unmodified worker as a process of its own, its own extensions in a job host of the WebJobs SDK, HTTP on
/// 127.0.0.1. The README says what this leaves out of what the Functions host of Azure does.
/// </summary>
public sealed partial class FunctionAppHost : IAsyncDisposable
{
    private readonly FunctionAppOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private HttpFront? _front;
    private WorkerServer? _server;
    private AppWorker? _worker;
    private AppJobHost? _jobHost;
    private int _disposed;

    private FunctionAppHost(FunctionAppOptions options, Uri baseUrl, ILoggerFactory logs) =>
        (_options, BaseUrl, _logs, _log) = (options, baseUrl, logs, logs.CreateLogger<FunctionAppHost>());

    /// <summary>Where the app answers, such as <c>http://127.0.0.1:7071/</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Process id of the worker that runs now; after it died another one comes.</summary>
    public int WorkerProcessId => _worker?.ProcessId ?? 0;

    /// <summary>Names of the app's functions.</summary>
    public IReadOnlyList<string> Functions => [.. _jobHost!.Functions.Select(function => function.Name)];

    /// <summary>Services of the job host, such as <c>IJobHost</c>.</summary>
    public IServiceProvider JobHostServices => _jobHost!.Services;

    /// <summary>Starts the app; when this returns it answers requests, and its triggers listen.</summary>
    /// <exception cref="FunctionAppException">The app cannot be run; a function that cannot be is named, with the reason.</exception>
    /// <exception cref="SocketException">The port is in use.</exception>
    public static async Task<FunctionAppHost> StartAsync(FunctionAppOptions options, CancellationToken cancellationToken = default)
    {
        var app = AppFolder.Open(options.AppFolder);
        Socket socket = options.Socket ?? Listen(options.Port);
        FunctionAppHost? host = null;
        try
        {
            Uri baseUrl = new($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}");
            AppSettings settings = new(options.Settings(baseUrl), options.UseEnvironmentVariables);
            ConfigurationBuilder configuration = new();
            settings.AddTo(configuration, app.HostJson);
            host = new FunctionAppHost(options, baseUrl, LoggerFactory.Create(logging => HostLog.Configure(logging, configuration.Build(), options)));
            await host.StartAsync(app, settings, socket, cancellationToken);
            return host;
        }
        catch
        {
            if (host is not null)
                await host.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The worker of the host that runs, or was killed, with this <see cref="FunctionAppOptions.StateFolder"/>; null where none runs.</summary>
    public static Process? FindWorker(string stateFolder) => LeftoverWorker.Find(stateFolder);

    /// <summary>Runs a timer's function now, as the admin API of the real host does.</summary>
    /// <exception cref="KeyNotFoundException">There is no such function.</exception>
    /// <exception cref="Microsoft.Azure.WebJobs.Host.FunctionInvocationException">It failed.</exception>
    public Task RunTimerAsync(string function, CancellationToken cancellationToken = default)
    {
        AppFunction timer = _jobHost!.Functions.FirstOrDefault(known => known.Name == function && known.Trigger.ValueType == typeof(TimerInfo))
            ?? throw new KeyNotFoundException($"The app has no timer {function}.");
        return _jobHost.CallAsync(timer, new TimerInfo(new ConstantSchedule(TimeSpan.FromDays(1)), new ScheduleStatus()), cancellationToken);
    }

    /// <summary>Takes no more requests and work, lets what runs finish for as long as the options allow, and ends the worker.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await EndAsync(_front, front => front.StopAsync());
        await EndAsync(_jobHost, StopAsync);
        await EndAsync(_worker, worker => worker.DisposeAsync().AsTask());
        await EndAsync(_jobHost, jobHost => jobHost.DisposeAsync().AsTask());
        await EndAsync(_server, server => server.DisposeAsync().AsTask());
        await EndAsync(_front, front => front.DisposeAsync().AsTask());
        _logs.Dispose();
    }

    /// <summary>Listens on a port of 127.0.0.1; 0: any.</summary>
    /// <exception cref="SocketException">The port is in use, or not allowed.</exception>
    public static Socket Listen(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            // At once: on Linux two sockets may be bound to one port as long as neither listens.
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task StartAsync(AppFolder app, AppSettings settings, Socket socket, CancellationToken cancellationToken)
    {
        _front = await HttpFront.StartAsync(socket, _options, _logs, cancellationToken);
        _server = await WorkerServer.StartAsync(_logs, cancellationToken);
        // Side by side: each takes about a second. Both are waited for, so that none is left when the other fails.
        await Task.WhenAll(
            Task.Run(async () => _worker = await AppWorker.StartAsync(app, settings, _options, _server, _logs, cancellationToken), CancellationToken.None),
            Task.Run(() => _jobHost = AppJobHost.Build(app, settings, _options, BaseUrl, _logs), CancellationToken.None));
        _jobHost!.Failures.KillWorker = _worker!.Kill;
        _jobHost.Index(_worker.Functions, settings, new FunctionInvoker(_worker, _front.Forwarder, _jobHost.Services.GetService(typeof(ScheduleMonitor)) as BlobScheduleMonitor));
        _server.Extensions.Add(_jobHost.Services);
        await _jobHost.StartAsync(cancellationToken);
        _front.Open(_jobHost);
    }

    private async Task StopAsync(AppJobHost jobHost)
    {
        using CancellationTokenSource limited = new(_options.WorkerTimeouts.Stop, TimeProvider.System);
        await jobHost.StopAsync(limited.Token);
    }

    // Whatever fails to end: the rest is ended too, the worker above all.
    private async Task EndAsync<T>(T? part, Func<T, Task> end)
        where T : class
    {
        try
        {
            if (part is not null)
                await end(part);
        }
        catch (Exception e)
        {
            LogNotEnded(e, typeof(T).Name);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Part} did not end as it should.")]
    private partial void LogNotEnded(Exception e, string part);
}
