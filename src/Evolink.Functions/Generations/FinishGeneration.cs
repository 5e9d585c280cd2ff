using Evolink.Pipeline.Generations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>Activity: gives the job its terminal state, and tells it.</summary>
public sealed class FinishGeneration(GenerationStore store, GenerationFinisher finisher, EndTeller teller)
{
    /// <summary>Runs the activity; its result, the state's wire status, is the orchestration's output.</summary>
    [Function(nameof(FinishGeneration))]
    public async Task<string> RunAsync([ActivityTrigger] GenerationRef generation, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        ActiveMarker? marker = await store.FindActiveMarkerAsync(generation.Id, cancellationToken);
        JobRecord job = await finisher.FinishAsync(generation, cancellationToken);
        if (job.Revision == generation.Revision)
            await teller.TellAsync(durable, job, marker, cancellationToken);
        return job.State.WireStatus;
    }
}
