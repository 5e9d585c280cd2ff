using System.Text.Json;
using Evolink.Functions.Generations;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Webhooks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Webhooks;

/// <summary>Activity: calls a client's <c>callback_url</c> with the body of the task query.</summary>
public sealed class CallWebhook(WebhookDelivery delivery, TaskViews views, IOptions<EvolinkOptions> options)
{
    /// <summary>Runs the activity.</summary>
    [Function(nameof(CallWebhook))]
    public async Task<Step> RunAsync([ActivityTrigger] WebhookRun run, CancellationToken cancellationToken) =>
        await delivery.CallAsync(run, BodyAsync, cancellationToken) is { } at ? new Step(StepKind.Again, at) : new Step(StepKind.Done, null);

    private async Task<byte[]> BodyAsync(JobRecord job, CancellationToken cancellationToken)
    {
        TaskView view = await views.MakeAsync(job, options.Value.PublicBaseUrl, cancellationToken);
        return JsonSerializer.SerializeToUtf8Bytes(view with { Webhook = null }, FunctionsJsonContext.Default.TaskView);
    }
}
