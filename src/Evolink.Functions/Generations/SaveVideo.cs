using System.Diagnostics;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Videos;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Generations;

/// <summary>Activity: copies the finished video into Blob Storage.</summary>
public sealed class SaveVideo(VideoSaver saver)
{
    /// <summary>Runs the activity.</summary>
    [Function(nameof(SaveVideo))]
    public async Task<Step> RunAsync([ActivityTrigger] GenerationRef generation, CancellationToken cancellationToken) =>
        await saver.SaveAsync(generation, cancellationToken) switch
        {
            SaveOutcome.Saved => new Step(StepKind.Done, null),
            SaveOutcome.Later later => new Step(StepKind.Again, later.RetryAt),
            SaveOutcome.Ended => new Step(StepKind.Stop, null),
            _ => throw new UnreachableException(),
        };
}
