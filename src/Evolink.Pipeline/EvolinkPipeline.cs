using Evolink.Client;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Queues;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tasks;
using Evolink.Pipeline.Telemetry;
using Evolink.Pipeline.Uploads;
using Evolink.Pipeline.Videos;
using Evolink.Pipeline.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline;

/// <summary>Registers everything that a generation needs apart from the engine that drives it.</summary>
public static class EvolinkPipeline
{
    /// <summary>Adds the pipeline, with its options from section <c>Evolink</c>; wrong values stop the app when it starts.</summary>
    public static IServiceCollection AddEvolinkPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EvolinkOptions>().Bind(configuration.GetSection(EvolinkOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EvolinkOptions>, EvolinkOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Random.Shared);
        services.TryAddSingleton<OutgoingHttp>();

        services.AddMetrics();
        services.AddSingleton<PipelineMetrics>();
        services.AddSingleton<ItemLoop>();
        services.AddSingleton(NewClient);
        services.AddSingleton<EvolinkStorage>();
        services.AddSingleton<JobChanges>();
        services.AddSingleton<GenerationStore>();
        services.AddSingleton<JobIndex>();
        services.AddSingleton<GenerationFinisher>();
        services.AddSingleton<Leftovers>();
        services.AddSingleton<LinkSigner>();

        services.AddSingleton<BatchStore>();

        services.AddSingleton<ImageStore>();
        services.AddSingleton<ImageDispatch>();
        services.AddSingleton<ImageUse>();

        AddDropZones(services);

        services.AddSingleton<SubmitBody>();
        services.AddSingleton<SubmitGate>();
        services.AddSingleton<SubmitRate>();
        services.AddSingleton<OpenAttempts>();
        services.AddSingleton<AccountSearch>();
        services.AddSingleton<SubmitRecovery>();
        services.AddSingleton<OutcomeWriter>();
        services.AddSingleton<Submitter>();

        services.AddSingleton<TaskReader>();
        services.AddSingleton<TaskPolls>();
        services.AddSingleton<TaskWatcher>();

        AddVideos(services);

        services.AddSingleton<ClientQuota>();
        services.AddSingleton<CostEstimates>();
        services.AddSingleton<HeldJobs>();
        services.AddSingleton<MinuteBudget>();
        AddNotifications(services);
        return services;
    }

    private static void AddNotifications(IServiceCollection services)
    {
        services.AddSingleton<EventTopic>();
        services.AddSingleton<EventTeller>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookDelivery>();
    }

    private static void AddVideos(IServiceCollection services)
    {
        services.AddSingleton<GuardedHttpClient>();
        services.AddSingleton<VideoStore>();
        services.AddSingleton<NamedVideos>();
        services.AddSingleton<VideoCopier>();
        services.AddSingleton<VideoSaver>();
        services.AddSingleton<VideoCollector>();
        services.AddSingleton<VideoLinks>();
    }

    private static void AddDropZones(IServiceCollection services)
    {
        services.AddSingleton<UploadInbox>();
        services.AddSingleton<UploadInstructions>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<RejectedUploads>();
        services.AddSingleton<UploadRemoval>();
        services.AddSingleton<ImageDownload>();
        services.AddSingleton<QueuedRequestReader>();
    }

    // Every retry is the orchestration's: durable, and under the eyes of the ledger.
    private static EvolinkClient NewClient(IServiceProvider services)
    {
        IOptions<EvolinkOptions> options = services.GetRequiredService<IOptions<EvolinkOptions>>();
        return new EvolinkClient(new HttpClient(services.GetRequiredService<OutgoingHttp>().Evolink()) { Timeout = Timeout.InfiniteTimeSpan }, new EvolinkClientOptions
        {
            ApiKeySource = _ => ValueTask.FromResult<string?>(options.Value.ApiKey),
            BaseUrl = options.Value.BaseUrl,
            FilesBaseUrl = options.Value.FilesBaseUrl,
            AllowLoopback = options.Value.AllowLoopback,
            SubmitTimeout = options.Value.SubmitTimeout,
            UserAgent = ProductInfo.UserAgent,
            Retry = new EvolinkRetryOptions { MaxReadRetries = 0, MaxSubmitRetries = 0 },
            TimeProvider = services.GetRequiredService<TimeProvider>(),
        });
    }
}
