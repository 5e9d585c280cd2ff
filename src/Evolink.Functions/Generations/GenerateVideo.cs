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
    /// <summary>Submit, wait, save, tell.</summary>
    [Function(nameof(GenerateVideo))]
    public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, GenerationRef generation)
    {
        // Before the submit: the callback may be faster than the answer to it.
        WakeWaiter wake = new(context);

        string status;
        do
        {
            Step step = new(StepKind.Again, null);
            do
            {
                step = await UntilSettledAsync(nameof(SubmitGeneration), step.At);
                if (step.Kind == StepKind.Done)
                    step = await UntilSettledAsync(nameof(ReadTask), step.At);
            }
            while (step.Kind == StepKind.SubmitAgain);

            if (step.Kind == StepKind.Done)
                await UntilSettledAsync(nameof(SaveVideo), step.At);
            status = await context.CallActivityAsync<string>(nameof(FinishGeneration), generation, ActivityRetry.UntilTheWorldIsBack);
        }
        // One execution gave the task up, and another one found it before this end was written.
        while (status == JobState.Waiting.WireStatus);

        return status;

        async Task<Step> UntilSettledAsync(string activity, DateTimeOffset? at)
        {
            context.SetCustomStatus(activity);
            Step result;
            do
            {
                await wake.UntilAsync(at);
                result = await context.CallActivityAsync<Step>(activity, generation, ActivityRetry.UntilTheWorldIsBack);
                at = result.At;
            }
            while (result.Kind == StepKind.Again);

            return result;
        }
    }
}
