using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Tests.Support;

/// <summary>The app's services over real storage, in this process and with an engine that runs nothing.</summary>
internal sealed class StoredApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StoredApp(ServiceProvider services, LogSink log) => (_services, Log) = (services, log);

    public NotedDurable Durable { get; } = new();

    /// <summary>Everything that was logged so far.</summary>
    public LogSink Log { get; }

    public IServiceProvider Services => _services;

    public GenerationStore Store => Get<GenerationStore>();

    public EvolinkStorage Storage => Get<EvolinkStorage>();

    public static async Task<StoredApp> StartAsync(
        AzuriteFixture azurite, Action<EvolinkOptions>? configure = null, Action<IServiceCollection>? more = null, bool createContainers = true)
    {
        LogSink log = new();
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug));
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development });
        more?.Invoke(services);
        services.AddEvolink(new ConfigurationBuilder().Build());
        services.Configure<EvolinkOptions>(options =>
        {
            options.ApiKey = "key";
            options.ClientKeys["alice"] = new Dictionary<string, string> { ["0"] = "client-key-of-the-tests" };
            options.Storage.ConnectionString = azurite.ConnectionString;
            options.Hub = $"tests{Guid.NewGuid():N}";
            configure?.Invoke(options);
        });
        StoredApp app = new(services.BuildServiceProvider(), log);
        if (createContainers)
            await app.Storage.CreateMissingContainersAsync(CancellationToken.None);
        return app;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>Tests on one real storage, one after the other: they look at everything in it.</summary>
[CollectionDefinition(nameof(StorageCollection))]
public sealed class StorageCollection : ICollectionFixture<AzuriteFixture>;
