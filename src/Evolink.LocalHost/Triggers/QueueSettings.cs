using System.Globalization;
using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Evolink.LocalHost.Triggers;

/// <summary><c>extensions.queues</c> of host.json, with the host's own defaults.</summary>
/// <param name="BatchSize">How many messages are fetched at once.</param>
/// <param name="NewBatchThreshold">When no more than so many are under way, the next are fetched; default: half of the batch.</param>
/// <param name="MaxDequeueCount">How often a message is tried before it is put into the poison queue.</param>
/// <param name="VisibilityTimeout">How long after a failure it is tried again.</param>
/// <param name="MaxPollingInterval">Longest time between two looks at an empty queue.</param>
/// <param name="Encoding">How messages are written.</param>
internal sealed record QueueSettings(
    int BatchSize, int NewBatchThreshold, int MaxDequeueCount, TimeSpan VisibilityTimeout, TimeSpan MaxPollingInterval, QueueMessageEncoding Encoding)
{
    /// <summary>As on the host, an app setting <c>AzureFunctionsJobHost__extensions__queues__batchSize</c> goes before the file.</summary>
    /// <exception cref="LocalHostException">A value cannot be read.</exception>
    public static QueueSettings From(JsonElement section, IConfiguration configuration)
    {
        string? Text(string name) => configuration[$"AzureFunctionsJobHost:extensions:queues:{name}"]
            ?? (section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out JsonElement value) ? value.ToString() : null);
        LocalHostException Unreadable(string name) => new($"host.json: extensions.queues.{name} is \"{Text(name)}\", which cannot be read.");
        int Number(string name, int absent) =>
            Text(name) is not { } text ? absent : int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : throw Unreadable(name);
        TimeSpan Time(string name, TimeSpan absent) =>
            Text(name) is not { } text ? absent : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) ? time : throw Unreadable(name);

        int batchSize = Number("batchSize", 16);
        return new QueueSettings(
            batchSize,
            Number("newBatchThreshold", batchSize / 2),
            Number("maxDequeueCount", 5),
            Time("visibilityTimeout", TimeSpan.Zero),
            Time("maxPollingInterval", TimeSpan.FromMinutes(1)),
            string.Equals(Text("messageEncoding"), "none", StringComparison.OrdinalIgnoreCase) ? QueueMessageEncoding.None : QueueMessageEncoding.Base64);
    }
}
