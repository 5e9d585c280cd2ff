using Evolink.Functions.Telemetry;
using Evolink.Pipeline.Telemetry;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Evolink.Functions.Tests.Telemetry;

/// <summary>What is told reaches a collector, where one is set, and nothing is sent otherwise.</summary>
public sealed class TelemetryExportTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_go_to_the_otlp_endpoint()
    {
        await using Receiver collector = await Receiver.StartAsync();
        IConfiguration configuration = Configuration(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url.ToString()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        ServiceCollection services = new();
        services.AddSingleton(configuration).AddLogging().AddMetrics().AddSingleton(TimeProvider.System).AddSingleton<PipelineMetrics>();
        Assert.NotNull(services.AddEvolinkTelemetry(configuration));
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            TracerProvider traces = provider.GetRequiredService<TracerProvider>();
            MeterProvider metrics = provider.GetRequiredService<MeterProvider>();
            ILogger log = provider.GetRequiredService<ILogger<TelemetryExportTests>>();
            JobTrace.BeginAccept("http")?.Dispose();
            provider.GetRequiredService<PipelineMetrics>().TaskRead("completed");
            log.LogWarning("A line of the log.");
            Assert.True(traces.ForceFlush());
            Assert.True(metrics.ForceFlush());
            Assert.True(provider.GetRequiredService<LoggerProvider>().ForceFlush());
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], collector.Calls.Select(call => call.Target).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(collector.Calls, call => call.Text.Contains(PipelineTelemetry.AcceptActivity, StringComparison.Ordinal));
        Assert.Contains(collector.Calls, call => call.Text.Contains("evolink.tasks.read", StringComparison.Ordinal));
        Assert.Contains(collector.Calls, call => call.Text.Contains("A line of the log.", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_destination_nothing_is_added() => Assert.Null(new ServiceCollection().AddEvolinkTelemetry(Configuration()));

    [Fact]
    public async Task Azure_monitor_is_opened_by_the_identity_that_the_platform_names()
    {
        IConfiguration configuration = Configuration(
            ("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=http://127.0.0.1:9/"),
            ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "ClientId=00000000-0000-0000-0000-000000000002;Authorization=AAD"));
        ServiceCollection services = new();
        services.AddSingleton(configuration).AddLogging();
        Assert.NotNull(services.AddEvolinkTelemetry(configuration));
        await using ServiceProvider provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<Azure.Monitor.OpenTelemetry.Exporter.AzureMonitorExporterOptions>>().CurrentValue;
        Assert.IsType<Azure.Identity.ManagedIdentityCredential>(options.Credential);
        Assert.False(options.EnableTraceBasedLogsSampler);
        Assert.Equal(1, options.SamplingRatio);
    }

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value, StringComparer.Ordinal)).Build();
}
