using System.Globalization;
using FunctionsHost.App;
using FunctionsHost.Worker.Rpc;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Azure.WebJobs.Host.Executors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsHost.Jobs;

/// <summary>The WebJobs SDK's job host, with the app's own extensions: Durable, and the triggers of queues, blobs and timers.</summary>
internal sealed class AppJobHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ExtensionLoadContext _context;
    private readonly FunctionsActivator _activator;

    private AppJobHost(IHost host, ExtensionLoadContext context, FunctionsActivator activator, ExtensionWebhooks webhooks) =>
        (_host, _context, _activator, Webhooks) = (host, context, activator, webhooks);

    public IReadOnlyList<AppFunction> Functions { get; private set; } = [];

    public ExtensionWebhooks Webhooks { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Loads the extensions.</summary>
    /// <exception cref="FunctionAppException">One cannot be loaded.</exception>
    public static AppJobHost Build(AppFolder app, AppSettings settings, FunctionAppOptions options, Uri baseUrl)
    {
        ExtensionLoadContext context = new(app.ExtensionsFolder);
        FunctionsActivator activator = new();
        ExtensionWebhooks webhooks = new(baseUrl);
        IHost host = new HostBuilder()
            .UseEnvironment(settings[AppSettings.EnvironmentName]!)
            .ConfigureLogging((builder, logging) => HostLog.Configure(logging, builder.Configuration, options))
            .ConfigureWebJobs(builder =>
            {
                builder.AddExecutionContextBinding().AddHttp().AddTimers();
                builder.Services.AddAzureStorageCoreServices();
                builder.UseExternalStartup(new ExtensionStartup(app, context));
            })
            // After ConfigureWebJobs, which reads the environment by itself: these settings are the last word.
            .ConfigureAppConfiguration(builder => settings.AddTo(builder, app.HostJson))
            .ConfigureServices((builder, services) =>
            {
                services.AddSingleton<IHostIdProvider>(new AppHostId(options, app));
                services.AddSingleton<ITypeLocator>(activator);
                services.AddSingleton<IJobActivator>(activator);
                services.AddSingleton<IWebHookProvider>(webhooks);
                services.RemoveAll<ScheduleMonitor>().AddSingleton<ScheduleMonitor, BlobScheduleMonitor>();
                services.RemoveAll<IHostLifetime>().AddSingleton<IHostLifetime, EmbeddedLifetime>();
                services.Configure<JobHostFunctionTimeoutOptions>(timeout => timeout.Timeout = TimeoutIn(builder.Configuration));
                options.ConfigureJobHost(services);
            })
            .Build();

        // Made here, beside the start of the worker: it takes a second until the extensions stand.
        host.Services.GetRequiredService<IJobHostMetadataProvider>();
        return new AppJobHost(host, context, activator, webhooks);
    }

    /// <summary>Makes the functions known to the extensions. Nothing is triggered before <see cref="StartAsync"/>.</summary>
    /// <exception cref="FunctionAppException">A function cannot be run.</exception>
    public void Index(IEnumerable<RpcFunctionMetadata> functions, AppSettings settings, FunctionInvoker invoker)
    {
        Functions = AppFunction.ReadAll(functions, settings, Services.GetRequiredService<IJobHostMetadataProvider>());
        invoker.Use(Functions);
        _activator.Use(FunctionsType.Emit(Functions, _context), invoker.RunAsync);
    }

    /// <summary>Begins to listen to queues, blobs, timers and Durable's work.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _host.StartAsync(cancellationToken);

    /// <summary>Runs a function that is not triggered by itself.</summary>
    public Task CallAsync(AppFunction function, object trigger, CancellationToken cancellationToken) =>
        Services.GetRequiredService<IJobHost>()
            .CallAsync(function.Name, new Dictionary<string, object> { [function.Trigger.Name] = trigger }, cancellationToken);

    /// <summary>Takes no more work, and lets what runs finish within the host's time to stop.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using CancellationTokenSource limited = new(limit);
        await _host.StopAsync(limited.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private static TimeSpan TimeoutIn(IConfiguration configuration) =>
        TimeSpan.TryParse(configuration[$"{AppSettings.HostSection}:functionTimeout"], CultureInfo.InvariantCulture, out TimeSpan timeout) && timeout > TimeSpan.Zero
            ? timeout
            : TimeSpan.Zero;
}
