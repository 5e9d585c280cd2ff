using System.Diagnostics;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Videos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>
/// Activity: asks Evolink how the task stands, for neither callbacks nor timers are believed; copies the finished video into Blob
/// Storage; writes the end, and tells it.
/// </summary>
public sealed class CollectVideo(VideoCollector collector, EndTeller teller, ILogger<CollectVideo> log)
{
    /// <summary>Runs the activity.</summary>
    [Function(nameof(CollectVideo))]
    public Task<Step> RunAsync(
        [ActivityTrigger] Collection collection, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken) =>
        GoneJob.OrStopAsync(() => CollectAsync(collection, durable, cancellationToken), log);

    private async Task<Step> CollectAsync(Collection collection, DurableTaskClient durable, CancellationToken cancellationToken) =>
        await collector.CollectAsync(collection.Generation, collection.Callback, cancellationToken) switch
        {
            Collected.Later later => new Step(StepKind.Again, later.At),
            Collected.Resubmit again => new Step(StepKind.SubmitAgain, again.At),
            Collected.Ended ended => await teller.TellAsync(durable, ended.End, cancellationToken),
            _ => throw new UnreachableException(),
        };
}

/// <summary>What <see cref="CollectVideo"/> is given. It travels as JSON and stays in histories: members are only ever added.</summary>
/// <param name="Generation">The run.</param>
/// <param name="Callback">The first callback that woke it; null where none came.</param>
public sealed record Collection(GenerationRef Generation, CallbackNote? Callback);
