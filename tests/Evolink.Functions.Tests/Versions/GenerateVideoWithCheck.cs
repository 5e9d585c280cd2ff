using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask;

namespace Evolink.Functions.Tests.Versions;

/// <summary>
/// The worked example of docs/versioning.md: <see cref="GenerateVideo"/> as it would be after a change that histories can see, a new
/// activity between the submit and the video. Line by line the same but for that.
/// </summary>
internal static class GenerateVideoWithCheck
{
    public const string NewActivity = "CheckTask";
    public const string Since = "1.1";

    /// <summary>The changed orchestration.</summary>
    /// <param name="context">The orchestration's.</param>
    /// <param name="generation">Its input.</param>
    /// <param name="guarded">Whether the new step is for jobs alone that were started with it, as it must be.</param>
    public static async Task RunAsync(TaskOrchestrationContext context, GenerationRef generation, bool guarded)
    {
        WakeWaiter wake = new(context);
        Step step = new(StepKind.SubmitAgain, null);
        while (step.Kind == StepKind.SubmitAgain)
        {
            step = await UntilSettledAsync(nameof(SubmitGeneration), () => generation, step.At);
            // New in 1.1. A job that was started before goes on without it: its history has no such step.
            if (step.Kind == StepKind.Done && (!guarded || context.CompareVersionTo(Since) >= 0))
                await UntilSettledAsync(NewActivity, () => generation, null);
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
