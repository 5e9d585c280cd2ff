using Evolink.Functions.Generations;
using Evolink.Pipeline.Webhooks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Evolink.Functions.Webhooks;

/// <summary>
/// Tells one end of a job to its client's <c>callback_url</c>, for three days if need be. An orchestration of its own: the job is over, and its
/// history closed, while this goes on. The activity says when to call again; this function only waits.
/// </summary>
public static class DeliverWebhook
{
    /// <summary>Call, and call again when the time has come.</summary>
    [Function(nameof(DeliverWebhook))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, WebhookRun run)
    {
        while (await context.CallActivityAsync<Step>(nameof(CallWebhook), run, ActivityRetry.UntilTheWorldIsBack) is { Kind: StepKind.Again, At: { } at })
            await context.WaitUntilAsync(at, CancellationToken.None);
    }
}
