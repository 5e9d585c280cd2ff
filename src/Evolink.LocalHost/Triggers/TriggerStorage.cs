using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Evolink.LocalHost.Triggers;

/// <summary>The storage that triggers name by a setting (<c>AzureWebJobsStorage</c> where they name none), which must be a connection string here.</summary>
internal sealed class TriggerStorage(IConfiguration configuration)
{
    private const string Default = "AzureWebJobsStorage";

    /// <summary>Whether the setting is there.</summary>
    public bool Has(string? connection) => configuration[SettingOf(connection)] is { Length: > 0 };

    /// <summary>Name of the setting.</summary>
    public static string SettingOf(string? connection) => string.IsNullOrEmpty(connection) ? Default : connection;

    /// <summary>The blob service.</summary>
    public BlobServiceClient Blobs(string? connection) => new(configuration[SettingOf(connection)]);

    /// <summary>The queue service.</summary>
    public QueueServiceClient Queues(string? connection, QueueClientOptions options) => new(configuration[SettingOf(connection)], options);
}
