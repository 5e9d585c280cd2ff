using Azure.Storage.Queues;

namespace Evolink.Pipeline.Queues;

/// <summary>The queue of requests, and the one for messages that were not usable.</summary>
public static class RequestQueues
{
    /// <summary>Their names; the host derives the second from the first.</summary>
    public static IReadOnlyList<string> Names { get; } = [QueuedRequest.Queue, $"{QueuedRequest.Queue}-poison"];

    /// <summary>
    /// Makes those that are missing. In Azure the infrastructure makes them; elsewhere the host would look for them in vain, every two
    /// seconds.
    /// </summary>
    /// <param name="connectionString">Opens the account whose queue the Functions host reads.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static Task CreateMissingAsync(string connectionString, CancellationToken cancellationToken) =>
        Task.WhenAll(Names.Select(
            name => new QueueClient(connectionString, name).CreateIfNotExistsAsync(cancellationToken: cancellationToken)));
}
