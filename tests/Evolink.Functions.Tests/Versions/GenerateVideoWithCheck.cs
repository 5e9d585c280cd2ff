using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask;

namespace Evolink.Functions.Tests.Versions;

/// <summary>
/// The worked example of docs/versioning.md: <see cref="GenerateVideo"/> as it would be after a change that histories can see, a new activity behind the save.
/// Line by line the same but for that.
/// </summary>
internal static class GenerateVideoWithCheck
{
    public const string NewActivity = "CheckVideo";
    public const string Since = "1.1";

    /// <summary>The changed orchestration.</summary>
    /// <param name="context">The orchestration's.</param>
    /// <param name="generation">Its input.</param>
    /// <param name="guarded">Whether the new step is for jobs alone that were started with it, as it must be.</param>
    public static async Task<string> RunAsync(TaskOrchestrationContext context, GenerationRef generation, bool guarded)
    {
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
                step = await UntilSettledAsync(nameof(SaveVideo), step.At);
            // New in 1.1. A job that was started before goes on without it: its history has no such step.
            if (step.Kind == StepKind.Done && (!guarded || context.CompareVersionTo(Since) >= 0))
                await UntilSettledAsync(NewActivity, null);
            status = await context.CallActivityAsync<string>(nameof(FinishGeneration), generation, ActivityRetry.UntilTheWorldIsBack);
        }
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
