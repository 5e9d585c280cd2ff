using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Evolink.Client;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Events;

/// <summary>The Event Grid custom topic, where one is configured; CloudEvents 1.0, by managed identity.</summary>
public sealed class EventTopic
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly EventGridPublisherClient? _client;
    private readonly string _source;

    /// <summary>Opens the topic that the options name; nothing is sent yet.</summary>
    public EventTopic(IOptions<EvolinkOptions> options, OutgoingHttp http)
        : this(options.Value, http, () => AzureIdentity.Of(options.Value.Storage))
    {
    }

    internal EventTopic(EvolinkOptions options, OutgoingHttp http, Func<TokenCredential> identity)
    {
        _source = $"/evolink/{options.Hub}";
        if (options.Events.TopicEndpoint is not { } endpoint)
            return;
        EventGridPublisherClientOptions client = new()
        {
            Transport = new HttpClientTransport(new HttpClient(http.Events()) { Timeout = System.Threading.Timeout.InfiniteTimeSpan }),
            // What is not taken now is sent later, from the record.
            Retry = { MaxRetries = 1, NetworkTimeout = Timeout, MaxDelay = TimeSpan.FromSeconds(1) },
        };
        // A receiver on the developer's machine gets no token; the validator lets http pass there alone.
        _client = options.AllowLoopback && PublicAddresses.IsLoopbackHost(endpoint)
            ? new EventGridPublisherClient(endpoint, new AzureKeyCredential("development"), client)
            : new EventGridPublisherClient(endpoint, identity(), client);
    }

    /// <summary>Whether there is a topic.</summary>
    public bool IsOn => _client is not null;

    /// <summary>Sends events, in one request.</summary>
    /// <exception cref="RequestFailedException">The topic did not take them.</exception>
    public Task SendAsync(IEnumerable<JobEvent> events, CancellationToken cancellationToken) =>
        _client is null ? Task.CompletedTask : _client.SendEventsAsync(events.Select(ToCloudEvent), cancellationToken);

    private CloudEvent ToCloudEvent(JobEvent happened) => new(
        _source,
        happened.Type,
        new BinaryData(JsonSerializer.SerializeToUtf8Bytes(happened.Data, PipelineJsonContext.Default.JobEventData)),
        "application/json",
        CloudEventDataFormat.Json)
    {
        Id = happened.Id,
        Subject = happened.Data.Id.Value,
        Time = happened.At,
    };
}
