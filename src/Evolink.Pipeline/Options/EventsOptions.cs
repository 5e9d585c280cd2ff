namespace Evolink.Pipeline.Options;

/// <summary>Events about jobs, as CloudEvents to an Event Grid custom topic.</summary>
public sealed class EventsOptions
{
    /// <summary>The topic's endpoint; empty: no events. It is opened by the identity of <see cref="StorageOptions.ClientId"/>, which needs the role EventGrid Data Sender.</summary>
    public Uri? TopicEndpoint { get; set; }
}
