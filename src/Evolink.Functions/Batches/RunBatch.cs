using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Evolink.Functions.Batches;

/// <summary>
/// One batch, from its first item to its last. It is given the batch's id and nothing else, and knows nothing of the items: the activity looks
/// after them and says when to look again. The items are ordinary jobs with orchestrations of their own, so that nothing is fanned in here, and
/// the history is cut off before it grows.
/// </summary>
public static class RunBatch
{
    /// <summary>How often the batch is looked at in one history, with about six events each time; the next one begins with nothing but the id.</summary>
    public const int RoundsInOneHistory = 50;

    /// <summary>Advance, wait, advance.</summary>
    [Function(nameof(RunBatch))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, BatchRef batch)
    {
        WakeWaiter wake = new(context);
        for (int round = 0; round < RoundsInOneHistory; round++)
        {
            Step step = await context.CallActivityAsync<Step>(nameof(AdvanceBatch), batch, ActivityRetry.UntilTheWorldIsBack);
            if (step.Kind == StepKind.Done)
                return;
            await wake.UntilAsync(step.At);
        }

        // No wake is lost: the next look answers those that came before, and the engine carries over those that come with this step.
        context.ContinueAsNew(batch, preserveUnprocessedEvents: false);
    }
}
