using Evolink.Functions.Batches;
using Evolink.Functions.Callbacks;
using Evolink.Functions.Generations;
using Evolink.Functions.Health;
using Evolink.Functions.Http;
using Evolink.Functions.Images;
using Evolink.Functions.Mcp;
using Evolink.Functions.Retention;
using Evolink.Functions.Tasks;
using Evolink.Functions.Uploads;
using Evolink.Pipeline;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions;

/// <summary>What the app is made of; the same for every host that runs it.</summary>
public static class EvolinkFunctions
{
    /// <summary>Adds the app's services.</summary>
    /// <exception cref="InvalidOperationException">The settings ask for a durable backend that this build does not have.</exception>
    public static IServiceCollection AddEvolink(this IServiceCollection services, IConfiguration configuration)
    {
        DurableBackend.Check(configuration);
        services.AddEvolinkPipeline(configuration);
        // These log whole addresses of requests and redirects, and the queries of ours hold signatures.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning));
        services.AddHostedService<StorageSetup>();
        services.AddSingleton<Callers>();
        services.AddSingleton<RequestGate>();
        services.AddSingleton<KnownRoutes>();
        services.AddSingleton<GenerationIntake>();
        services.AddSingleton<EndTeller>();
        services.AddSingleton<FailureNotes>();
        services.AddSingleton<GenerationSweep>();
        services.AddSingleton<QuotaSweep>();
        services.AddSingleton<HeldJobsWaking>();
        services.AddSingleton<UploadIntake>();
        services.AddSingleton<Wake>();
        services.AddSingleton<SpentCallbacks>();
        services.AddSingleton<BatchIntake>();
        services.AddSingleton<BatchJobsReader>();
        services.AddSingleton<BatchDriver>();
        services.AddSingleton<BatchSweep>();
        services.AddSingleton<BatchViews>();
        services.AddSingleton<JobReopening>();
        services.AddSingleton<LateAdoption>();
        services.AddSingleton<TaskViews>();
        services.AddSingleton<TaskWaiting>();
        services.AddSingleton<TaskPages>();
        services.AddSingleton<TaskLists>();
        services.AddSingleton<TaskCancellation>();
        services.AddSingleton<ImageIntake>();
        services.AddSingleton<DependencyChecks>();
        services.AddSingleton<HealthAnswer>();
        services.AddSingleton<JobOrchestrations>();
        services.AddSingleton<JobPurge>();
        services.AddSingleton<RetentionRun>();
        services.AddEvolinkMcp();
        return services;
    }

    /// <summary>Adds the app's middleware: who is calling, and how errors look.</summary>
    public static IFunctionsWorkerApplicationBuilder UseEvolink(this IFunctionsWorkerApplicationBuilder builder) => builder.Use(
        next => context => context.InstanceServices.GetRequiredService<RequestGate>().InvokeAsync(context, next));
}
