using System.Net;
using System.Net.Sockets;
using Evolink.LocalHost.Durable;
using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Http;
using Evolink.LocalHost.Invocations;
using Evolink.LocalHost.Triggers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Hosting;

/// <summary>Runs a function app in this process: HTTP on Kestrel, timers, blob and queue triggers, orchestrations on the embedded engine. The storage that the app itself uses is not its business.</summary>
public sealed class LocalFunctionsHost : IAsyncDisposable
{
    // As the real host's default.
    private const long MaxRequestBodyBytes = 100L << 20;

    private static readonly string[] EnvironmentVariables = ["AZURE_FUNCTIONS_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    private readonly WebApplication _app;
    private readonly TimerFunctions _timers;
    private readonly StorageTriggers _storageTriggers;

    private LocalFunctionsHost(WebApplication app, TimerFunctions timers, StorageTriggers storageTriggers, FunctionCatalog catalog, RouteTable routes, Uri baseUrl)
    {
        _app = app;
        _timers = timers;
        _storageTriggers = storageTriggers;
        Catalog = catalog;
        Routes = routes;
        BaseUrl = baseUrl;
    }

    /// <summary>Where the app answers, such as <c>http://127.0.0.1:7071/</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The app's functions.</summary>
    public FunctionCatalog Catalog { get; }

    /// <summary>The app's HTTP routes.</summary>
    public RouteTable Routes { get; }

    /// <summary>The client of the embedded engine.</summary>
    public DurableTaskClient DurableClient => Services.GetRequiredService<DurableEngine>().Client;

    /// <summary>Finds the functions, resumes what the journal holds, and answers requests when it returns.</summary>
    /// <exception cref="LocalHostException">The port is in use, or the app breaks a rule of the real host.</exception>
    public static async Task<LocalFunctionsHost> StartAsync(LocalFunctionsHostOptions options, CancellationToken cancellationToken = default)
    {
        Socket socket = options.Socket ?? LoopbackSocket.Listen(options.Port);
        WebApplication? app = null;
        try
        {
            var baseUrl = new Uri($"http://127.0.0.1:{LoopbackSocket.PortOf(socket)}");
            var hostJson = HostJson.Read(options.HostJsonPath);
            var catalog = FunctionCatalog.FromTypes(options.FunctionClasses ?? options.FunctionApp.GetTypes());
            var functions = new DurableFunctions(catalog);

            WebApplicationBuilder builder = CreateBuilder(options, socket, baseUrl, catalog);
            var worker = new LocalWorkerBuilder(builder.Services);
            options.ConfigureServices(builder.Services, builder.Configuration, builder.Environment);
            options.ConfigureWorker(worker);
            builder.Services.AddSingleton(services => new DurableEngine(
                EngineOptions(options, hostJson), functions, options.Time, services.GetRequiredService<ILoggerFactory>()));
            builder.Services.AddHostedService<EngineService>();
            Func<string, string, string> resolve = (text, name) => SettingReferences.Resolve(text, builder.Configuration, name);
            RouteTable routes = RouteTable.From(catalog, hostJson.RoutePrefix, resolve);

            app = builder.Build();
            DurableTaskClient client = app.Services.GetRequiredService<DurableEngine>().Client;
            var invoker = new FunctionInvoker(catalog, worker, app.Services.GetRequiredService<IServiceScopeFactory>());
            functions.Connect(invoker, client);
            var http = new HttpFunctions(routes, invoker, client, app.Services.GetRequiredService<ILogger<HttpFunctions>>(), app.Lifetime.ApplicationStopping);
            app.Run(http.HandleAsync);

            var timers = new TimerFunctions(
                catalog, resolve, invoker, client, new TimerStatusFile(options.JournalPath), options.Time, app.Services.GetRequiredService<ILogger<TimerFunctions>>());
            var storageTriggers = new StorageTriggers(
                catalog, resolve, invoker, client, app.Configuration, hostJson, options, app.Services.GetRequiredService<ILoggerFactory>());
            var host = new LocalFunctionsHost(app, timers, storageTriggers, catalog, routes, baseUrl);
            await app.StartAsync(cancellationToken);
            timers.Start();
            storageTriggers.Start();
            return host;
        }
        catch
        {
            if (app is not null)
                await app.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Stops taking requests, lets running work finish for a moment, and closes the journal. What is unfinished goes on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _storageTriggers.DisposeAsync();
        await _timers.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Ends as a crash would: nothing more is journaled, whatever runs is left where it is.</summary>
    internal async Task AbortAsync()
    {
        await Services.GetRequiredService<DurableEngine>().AbortAsync();
        await DisposeAsync();
    }

    private static WebApplicationBuilder CreateBuilder(LocalFunctionsHostOptions options, Socket socket, Uri baseUrl, FunctionCatalog catalog)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = options.FunctionApp.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = options.EnvironmentName ?? EnvironmentFromVariables(),
        });
        builder.Configuration.AddInMemoryCollection(options.Settings(baseUrl));
        if (options.UseEnvironmentVariables)
            builder.Configuration.AddEnvironmentVariables();
        builder.Logging.ClearProviders();
        options.ConfigureLogging(builder.Logging);

        builder.Services.TryAddSingleton(options.Time);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket);
        builder.Host.UseDefaultServiceProvider(provider => provider.ValidateScopes = builder.Environment.IsDevelopment());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.Listen(IPAddress.Loopback, LoopbackSocket.PortOf(socket), listen => listen.Protocols = HttpProtocols.Http1);
        });
        if (catalog.With(FunctionTrigger.Http).Any(ReturnsActionResult))
            builder.Services.AddMvcCore();
        return builder;
    }

    private static bool ReturnsActionResult(FunctionDescriptor function) =>
        function.Method.ReturnType is { } returned
        && returned.GenericTypeArguments.Append(returned).Any(type => type.IsAssignableTo(typeof(IActionResult)));

    private static string EnvironmentFromVariables() =>
        EnvironmentVariables
            .Select(Environment.GetEnvironmentVariable)
            .FirstOrDefault(name => !string.IsNullOrEmpty(name)) ?? Environments.Development;

    private static DurableEngineOptions EngineOptions(LocalFunctionsHostOptions options, HostJson hostJson)
    {
        var defaults = new DurableEngineOptions { JournalPath = options.JournalPath, ReplayEveryStep = options.ReplayEveryStep };
        return defaults with
        {
            HubName = hostJson.HubName ?? defaults.HubName,
            DefaultVersion = hostJson.DefaultVersion ?? defaults.DefaultVersion,
            MaxConcurrentActivities = hostJson.MaxConcurrentActivities ?? defaults.MaxConcurrentActivities,
        };
    }
}
