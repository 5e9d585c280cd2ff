using DurableTask.Core.Exceptions;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>The only place that starts orchestrations. Starting one that exists could end the running one, so that every status is named.</summary>
public static class GenerationStarter
{
    // Work that came in: whatever ran under this id, in whatever way it ended, is the same work.
    private static readonly OrchestrationRuntimeStatus[] Intake = Enum.GetValues<OrchestrationRuntimeStatus>();

    /// <summary>Starts the run of a job that was just accepted, unless it was started before.</summary>
    public static async Task StartAcceptedAsync(DurableTaskClient durable, GenerationRef generation, CancellationToken cancellationToken)
    {
        try
        {
            StartOrchestrationOptions options = new StartOrchestrationOptions(generation.InstanceId).WithDedupeStatuses(Intake);
            await durable.ScheduleNewOrchestrationInstanceAsync(nameof(GenerateVideo), generation, options, cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // It is there: that is what was wanted.
        }
    }
}
