using Evolink.Functions.Callbacks;
using Evolink.Functions.Generations;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Evolink.Functions.Tests.Properties;

/// <summary>One process of the app: its real services, over storage and Evolink in memory. The next process remembers nothing of it.</summary>
internal static class WorldServices
{
    public static readonly Uri PublicBase = new("https://app.example.com/");

    public static ServiceProvider Build(
        MemoryStorage storage, LedgerEvolink evolink, ManualTimeProvider time, DurableTaskClient durable, int seed, Action<EvolinkOptions> policy)
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(new ProcessTime(time));
        services.AddSingleton(new Random(seed));
        services.AddSingleton<OutgoingHttp>(new MemoryHttp(storage, evolink));
        services.AddSingleton<IHostEnvironment>(new Development());
        services.AddSingleton(durable);
        services.AddEvolink(new ConfigurationBuilder().Build());
        services.Configure<EvolinkOptions>(options =>
        {
            options.ApiKey = "key";
            options.BaseUrl = options.FilesBaseUrl = new Uri("https://evolink.example.com/");
            options.PublicBaseUrl = PublicBase;
            // Videos come over a real socket, from this machine.
            options.AllowLoopback = true;
            // The world decides what happens when: nothing in it waits for time by itself.
            options.PollBatchWindow = TimeSpan.Zero;
            options.Storage.ConnectionString = "UseDevelopmentStorage=true";
            options.Callback.CurrentKey = "k1";
            options.Callback.Keys["k1"] = "callback-secret-of-the-tests-0123456789";
            policy(options);
        });
        foreach (Type function in (Type[])[typeof(SubmitGeneration), typeof(CollectVideo), typeof(CallbackReceived)])
            services.AddSingleton(function);
        return services.BuildServiceProvider();
    }

    private sealed class MemoryHttp(HttpMessageHandler storage, HttpMessageHandler evolink) : OutgoingHttp
    {
        public override HttpMessageHandler Storage() => new Kept(storage);

        public override HttpMessageHandler Evolink() => new Kept(evolink);
    }

    // Clients dispose of their handlers; storage and Evolink outlive the process.
    private sealed class Kept(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }

    private sealed class Development : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Development;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = string.Empty;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

/// <summary>The invocation of an activity, of which its id alone is used.</summary>
internal sealed class Invocation(string id) : FunctionContext
{
    public override string InvocationId => id;

    public override string FunctionId => throw new NotSupportedException();

    public override TraceContext TraceContext => throw new NotSupportedException();

    public override BindingContext BindingContext => throw new NotSupportedException();

    public override Microsoft.Azure.Functions.Worker.RetryContext RetryContext => throw new NotSupportedException();

    public override IServiceProvider InstanceServices { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override FunctionDefinition FunctionDefinition => throw new NotSupportedException();

    public override IDictionary<object, object> Items { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override IInvocationFeatures Features => throw new NotSupportedException();
}

/// <summary>A client that wakes, and starts.</summary>
internal sealed class WakingClient(Action<string, object?> wake, Action<GenerationRef>? start = null) : DurableTaskClient("tests")
{
    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        wake(instanceId, eventPayload);
        return Task.CompletedTask;
    }

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        (start ?? throw new NotSupportedException())((GenerationRef)input!);
        return Task.FromResult(options!.InstanceId!);
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Microsoft.DurableTask.AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
