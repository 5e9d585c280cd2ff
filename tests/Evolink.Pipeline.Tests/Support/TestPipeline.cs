using Evolink.Client;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Videos;
using Evolink.Pipeline.Webhooks;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>The pipeline with real storage (Azurite) and a real peer (the simulator), without an engine: tests call the activities' services themselves.</summary>
internal sealed class TestPipeline : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestPipeline(ServiceProvider services, RunningSimulator simulator, LogSink log) => (_services, Simulator, Log) = (services, simulator, log);

    public RunningSimulator Simulator { get; }

    public GenerationStore Store => _services.GetRequiredService<GenerationStore>();

    public Submitter Submitter => _services.GetRequiredService<Submitter>();

    public VideoCopier Copier => _services.GetRequiredService<VideoCopier>();

    public WebhookDelivery Webhooks => _services.GetRequiredService<WebhookDelivery>();

    public EventTeller Events => _services.GetRequiredService<EventTeller>();

    /// <summary>Everything that was logged so far.</summary>
    public LogSink Log { get; }

    public EvolinkStorage Storage => _services.GetRequiredService<EvolinkStorage>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public EvolinkOptions Options => _services.GetRequiredService<IOptions<EvolinkOptions>>().Value;

    public static async Task<TestPipeline> StartAsync(
        AzuriteFixture azurite,
        SimulatorOptions? simulator = null,
        Action<EvolinkOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        TimeProvider? time = null,
        ServiceDescriptor? replaced = null)
    {
        RunningSimulator running = await SimulatorApp.StartAsync(
            simulator ?? new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false });
        ServiceCollection all = new();
        LogSink log = new();
        all.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug));
        all.AddSingleton(time ?? TimeProvider.System);
        all.AddSingleton<IHostEnvironment>(new DevelopmentEnvironment());
        services?.Invoke(all);
        all.AddEvolinkPipeline(new ConfigurationBuilder().Build());
        if (replaced is not null)
            all.Replace(replaced);
        all.Configure<EvolinkOptions>(options =>
        {
            options.ApiKey = SimulatorOptions.DevelopmentKey;
            options.BaseUrl = options.FilesBaseUrl = running.BaseUrl;
            options.AllowLoopback = true;
            options.Storage.ConnectionString = azurite.ConnectionString;
            // What jobs tell each other of Evolink stays within one test.
            options.Hub = $"tests{Guid.NewGuid():N}";
            options.SubmitTimeout = TimeSpan.FromSeconds(20);
            // Tests read one task after the other.
            options.PollBatchWindow = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        TestPipeline pipeline = new(all.BuildServiceProvider(), running, log);
        await pipeline.Storage.CreateMissingContainersAsync(CancellationToken.None);
        return pipeline;
    }

    /// <summary>Writes a job as intake does.</summary>
    public Task<GenerationRef> AcceptAsync(string prompt = "A cat playing piano") =>
        AcceptAsync(new VideoGenerationRequest { Prompt = prompt, ImageUrls = ["https://example.com/cat.png"], Duration = 2 });

    /// <summary>Writes a job for any request, as intake does.</summary>
    public async Task<GenerationRef> AcceptAsync(VideoGenerationRequest request)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        JobRecord job = Jobs.Accepted(JobId.New()) with
        {
            AcceptedAt = now,
            UpdatedAt = now,
            Model = request.Model!,
            RequestDigest = RequestDigest.Of(request),
        };
        await Store.CreateAsync(job, new StoredRequest(request, []), CancellationToken.None);
        return job.Ref;
    }

    /// <summary>Lets submits through again that were held back for everybody.</summary>
    public async Task OpenGateAsync()
    {
        await Storage.Generations.GetBlobClient($"limits/{Options.Hub}/submits.json").DeleteIfExistsAsync();
        _services.GetRequiredService<SubmitGate>().Forget();
    }

    public async Task<int> ChargesAsync() => (await Simulator.ReadLedgerAsync(withVideos: false)).Charges.Count;

    /// <summary>Looks how a run stands, as its activity does.</summary>
    public Task<Collected> CollectAsync(GenerationRef generation, CallbackNote? callback = null) =>
        _services.GetRequiredService<VideoCollector>().CollectAsync(generation, callback, CancellationToken.None);

    /// <summary>The same, where it must bring the job to its end.</summary>
    public async Task<JobRecord> EndAsync(GenerationRef generation)
    {
        Assert.IsType<Collected.Ended>(await CollectAsync(generation));
        JobRecord job = await ReadAsync(generation);
        Assert.True(job.State.IsTerminal);
        return job;
    }

    public Task<JobRecord> ReadAsync(GenerationRef generation) => Store.ReadAsync(generation.Id, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Simulator.DisposeAsync();
    }

    private sealed class DevelopmentEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Development;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = string.Empty;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
