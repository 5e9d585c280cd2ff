using Evolink.Client;

namespace Evolink.Pipeline.Queues;

/// <summary>A generation that was asked for by a queue message.</summary>
/// <param name="Client">Who will own the job.</param>
/// <param name="Key">Identity of the request among those of its owner.</param>
/// <param name="Request">What shall be generated.</param>
public sealed record QueuedRequest(string Client, string Key, VideoGenerationRequest Request)
{
    /// <summary>Source of the jobs that messages become.</summary>
    public const string Source = "queue";

    /// <summary>Name of the queue.</summary>
    public const string Queue = "generation-requests";
}
