using Evolink.Pipeline.Generations;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Generations;

/// <summary>Activity: gives the job its terminal state, unless its task was found again meanwhile.</summary>
public sealed class FinishGeneration(GenerationFinisher finisher)
{
    /// <summary>Runs the activity; its result is the state's wire status.</summary>
    [Function(nameof(FinishGeneration))]
    public async Task<string> RunAsync([ActivityTrigger] GenerationRef generation, CancellationToken cancellationToken) =>
        (await finisher.FinishAsync(generation, cancellationToken)).WireStatus;
}
