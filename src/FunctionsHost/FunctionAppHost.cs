using System.Net;
using System.Net.Sockets;
using FunctionsHost.App;
using FunctionsHost.Http;
using FunctionsHost.Jobs;
using FunctionsHost.Worker;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Http;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsHost;

/// <summary>
/// A function app that runs: its unmodified worker as a process of its own, its own extensions in a job host of the WebJobs SDK, HTTP on
/// 127.0.0.1. The README says what this leaves out of what the Functions host of Azure does.
/// </summary>
public sealed class FunctionAppHost : IAsyncDisposable
{
    private readonly FunctionAppOptions _options;
    private readonly ILoggerFactory _logs;
    private HttpFront? _front;
    private WorkerServer? _server;
    private AppWorker? _worker;
    private AppJobHost? _jobHost;

    private FunctionAppHost(FunctionAppOptions options, Uri baseUrl, ILoggerFactory logs) => (_options, BaseUrl, _logs) = (options, baseUrl, logs);

    /// <summary>Where the app answers, such as <c>http://127.0.0.1:7071/</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>Process id of the worker that runs now; after it died another one comes.</summary>
    public int WorkerProcessId => _worker?.ProcessId ?? 0;

    /// <summary>Names of the app's functions.</summary>
    public IReadOnlyList<string> Functions => [.. _jobHost!.Functions.Select(function => function.Name)];

    /// <summary>Services of the job host, such as <c>IJobHost</c>.</summary>
    public IServiceProvider JobHostServices => _jobHost!.Services;

    /// <summary>Starts the app; when this returns it answers requests, and its triggers listen.</summary>
    /// <exception cref="FunctionAppException">The app cannot be run; every function that cannot be is named, with the reason.</exception>
    /// <exception cref="SocketException">The port is in use.</exception>
    public static async Task<FunctionAppHost> StartAsync(FunctionAppOptions options, CancellationToken cancellationToken = default)
    {
        var app = AppFolder.Open(options.AppFolder);
        Socket socket = options.Socket ?? Listen(options.Port);
        Uri baseUrl = new($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}");
        AppSettings settings = new(options.Settings(baseUrl), options.UseEnvironmentVariables);
        ConfigurationBuilder configuration = new();
        settings.AddTo(configuration, app.HostJson);
        FunctionAppHost host = new(options, baseUrl, LoggerFactory.Create(logging => HostLog.Configure(logging, configuration.Build(), options)));
        try
        {
            await host.StartAsync(app, settings, socket, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

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
        if (_front is not null)
            await _front.StopAsync();
        if (_jobHost is not null)
            await _jobHost.StopAsync(_options.WorkerTimeouts.Stop);
        if (_worker is not null)
            await _worker.DisposeAsync();
        if (_jobHost is not null)
            await _jobHost.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_front is not null)
            await _front.DisposeAsync();
        _logs.Dispose();
    }

    private static Socket Listen(int port)
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
        // Side by side: each takes about a second.
        Task<AppJobHost> jobHost = Task.Run(() => AppJobHost.Build(app, settings, _options, BaseUrl), cancellationToken);
        _worker = await AppWorker.StartAsync(app, settings, _options, _server, _logs, cancellationToken);
        _jobHost = await jobHost;
        _jobHost.Index(_worker.Functions, settings, new FunctionInvoker(_worker, _front.Forwarder));
        _server.Extensions.Add(_jobHost.Services);
        await _jobHost.StartAsync(cancellationToken);
        _front.Open(_jobHost, _jobHost.Services.GetRequiredService<IOptions<HttpOptions>>().Value.RoutePrefix);
    }
}
