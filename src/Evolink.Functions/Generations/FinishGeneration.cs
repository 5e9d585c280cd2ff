using Evolink.Pipeline.Generations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>Activity: gives the job its terminal state and tells it, unless its task was found again meanwhile.</summary>
public sealed class FinishGeneration(GenerationStore store, GenerationFinisher finisher, EndTeller teller)
{
    /// <summary>Runs the activity; its result is the run's wire status.</summary>
    [Function(nameof(FinishGeneration))]
    public async Task<string> RunAsync([ActivityTrigger] GenerationRef generation, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        ActiveMarker? marker = await store.FindActiveMarkerAsync(generation.Id, cancellationToken);
        JobRecord job = await finisher.FinishAsync(generation, cancellationToken);
        if (job.Revision == generation.Revision && job.State.IsTerminal)
            await teller.TellAsync(durable, job, marker, cancellationToken);
        return job.StateOf(generation.Revision).WireStatus;
    }
}
