using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Azure.WebJobs.Host.Timers;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FunctionsHost.Jobs;

/// <summary>The WebJobs SDK's job host, with the app's own extensions: Durable, and the triggers of queues, blobs and timers.</summary>
internal sealed class AppJobHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ExtensionLoadContext _context;
    private readonly FunctionsActivator _activator;

    private AppJobHost(IHost host, ExtensionLoadContext context, FunctionsActivator activator, ExtensionWebhooks webhooks, JobHostFailures failures) =>
        (_host, _context, _activator, Webhooks, Failures) = (host, context, activator, webhooks, failures);

    public IReadOnlyList<AppFunction> Functions { get; private set; } = [];

    public ExtensionWebhooks Webhooks { get; }

    public JobHostFailures Failures { get; }

    public IServiceProvider Services => _host.Services;

    public string RoutePrefix => Services.GetRequiredService<IOptions<HttpOptions>>().Value.RoutePrefix;

    /// <summary>Loads the extensions.</summary>
    /// <exception cref="FunctionAppException">One cannot be loaded.</exception>
    public static AppJobHost Build(AppFolder app, AppSettings settings, FunctionAppOptions options, Uri baseUrl, ILoggerFactory logs)
    {
        ExtensionLoadContext context = new(app.ExtensionsFolder);
        FunctionsActivator activator = new();
        ExtensionWebhooks webhooks = new(baseUrl);
        JobHostFailures failures = new(options.WorkerTimeouts.Stop, logs.CreateLogger("FunctionsHost.Jobs"));
        IHost host = new HostBuilder()
            .UseEnvironment(settings[AppSettings.EnvironmentName]!)
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
                services.AddSingleton(logs);
                services.AddSingleton<IHostIdProvider>(new AppHostId(options, app));
                services.AddSingleton<ITypeLocator>(activator);
                services.AddSingleton<IJobActivator>(activator);
                services.AddSingleton<IWebHookProvider>(webhooks);
                services.AddSingleton<IWebJobsExceptionHandler>(failures);
                services.RemoveAll<ScheduleMonitor>().AddSingleton<ScheduleMonitor, BlobScheduleMonitor>();
                services.RemoveAll<IHostLifetime>().AddSingleton<IHostLifetime, EmbeddedLifetime>();
                services.Configure<JobHostFunctionTimeoutOptions>(timeout => Set(timeout, builder.Configuration));
                options.ConfigureJobHost(services);
            })
            .Build();

        try
        {
            // Made here, beside the start of the worker: it takes a second until the extensions stand.
            host.Services.GetRequiredService<IJobHostMetadataProvider>();
            return new AppJobHost(host, context, activator, webhooks, failures);
        }
        catch (Exception e)
        {
            host.Dispose();
            throw new FunctionAppException($"The app's extensions cannot be set up: {e.GetBaseException().Message}", e);
        }
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
    /// <exception cref="FunctionAppException">A function cannot be run.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _host.StartAsync(cancellationToken);
        }
        catch (FunctionException e)
        {
            string name = e.MethodName.Split('.')[^1];
            throw new FunctionAppException($"Function {name} cannot be run: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>Whether no setting <c>AzureWebJobs.{name}.Disabled</c> turns the function off.</summary>
    public bool IsEnabled(AppFunction function) =>
        !Services.GetRequiredService<IConfiguration>().IsSettingEnabled($"AzureWebJobs.{function.Name}.Disabled");

    /// <summary>Runs a function that is not triggered by itself.</summary>
    public Task CallAsync(AppFunction function, object trigger, CancellationToken cancellationToken) =>
        Services.GetRequiredService<IJobHost>()
            .CallAsync(function.Name, new Dictionary<string, object> { [function.Trigger.Name] = trigger }, cancellationToken);

    /// <summary>Takes no more work, and lets what runs finish until it is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => ((IAsyncDisposable)_host).DisposeAsync();

    // As the real host: a function that does not end when it is told to is given up, and its worker with it.
    private static void Set(JobHostFunctionTimeoutOptions options, IConfiguration configuration)
    {
        string? text = configuration[$"{AppSettings.HostSection}:functionTimeout"];
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan timeout) && timeout > TimeSpan.Zero)
            (options.Timeout, options.ThrowOnTimeout, options.TimeoutWhileDebugging) = (timeout, true, true);
    }
}
