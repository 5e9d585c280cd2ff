using Evolink.Pipeline.Generations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Evolink.Functions.Generations;

/// <summary>
/// One generation, from request to video. It is given a job's id and nothing else; what is true stands in the job record and at
/// Evolink, and the activities look there. They also say when to look again: this function only waits, so that schedules can change
/// without touching jobs in flight.
/// </summary>
public static class GenerateVideo
{
    /// <summary>Submit, wait, collect.</summary>
    [Function(nameof(GenerateVideo))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, GenerationRef generation)
    {
        // Before the submit: the callback may be faster than the answer to it.
        WakeWaiter wake = new(context);
        Step step = new(StepKind.SubmitAgain, null);
        while (step.Kind == StepKind.SubmitAgain)
        {
            step = await UntilSettledAsync(nameof(SubmitGeneration), () => generation, step.At);
            if (step.Kind == StepKind.Done)
                step = await UntilSettledAsync(nameof(CollectVideo), () => new Collection(generation, wake.Callback), step.At);
        }

        async Task<Step> UntilSettledAsync(string activity, Func<object> input, DateTimeOffset? at)
        {
            context.SetCustomStatus(activity);
            Step result;
            do
            {
                await wake.UntilAsync(at);
                result = await context.CallActivityAsync<Step>(activity, input(), ActivityRetry.UntilTheWorldIsBack);
                at = result.At;
            }
            while (result.Kind == StepKind.Again);

            return result;
        }
    }
}
