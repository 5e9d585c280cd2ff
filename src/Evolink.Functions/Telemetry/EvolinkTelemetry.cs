using System.Data.Common;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Evolink.Client;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Trace;

namespace Evolink.Functions.Telemetry;

/// <summary>Sends traces, metrics and logs to where the settings say; docs/operations.md lists what they are.</summary>
public static class EvolinkTelemetry
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string AzureMonitorIdentity = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>
    /// Adds OpenTelemetry, with an exporter for each of <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> that is set; nothing at all
    /// where neither is.
    /// </summary>
    /// <returns>The builder, for the host to add its own; null where nothing is sent.</returns>
    public static IOpenTelemetryBuilder? AddEvolinkTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        bool otlp = configuration[OtlpEndpoint] is { Length: > 0 };
        bool azure = configuration[AzureMonitor] is { Length: > 0 };
        if (!otlp && !azure)
            return null;

        services.Configure<OpenTelemetryLoggerOptions>(logs => logs.IncludeScopes = true);
        OpenTelemetryBuilder builder = services.AddOpenTelemetry()
            .WithLogging()
            .WithTracing(traces => traces.AddSource(EvolinkClientTelemetry.Name, PipelineTelemetry.Name))
            .WithMetrics(metrics => metrics.AddMeter(EvolinkClientTelemetry.Name, PipelineTelemetry.Name));
        if (otlp)
            builder.UseOtlpExporter();
        if (azure)
            builder.UseAzureMonitorExporter(monitor => Configure(monitor, configuration));
        // The deployed OTEL_TRACES_SAMPLER is for the host, which traces each request of its own to storage; the app's own spans tell of money.
        builder.WithTracing(traces => traces.SetSampler(new AlwaysOnSampler()));
        return builder;
    }

    private static void Configure(AzureMonitorExporterOptions monitor, IConfiguration configuration)
    {
        monitor.ConnectionString = configuration[AzureMonitor];
        // A trace has a few dozen activities and costs credits: all of them are worth keeping. And the alerts go by logs, so none is left out with a trace.
        monitor.SamplingRatio = 1;
        monitor.TracesPerSecond = null;
        monitor.EnableTraceBasedLogsSampler = false;
        monitor.Credential = Identity(configuration[AzureMonitorIdentity]);
    }

    // The host's own form: "ClientId=...;Authorization=AAD". Without it, the connection string's key is enough.
    private static ManagedIdentityCredential? Identity(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        DbConnectionStringBuilder parts = new() { ConnectionString = text };
        return parts.TryGetValue("ClientId", out object? id) && id is string { Length: > 0 } clientId
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
            : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
    }
}
