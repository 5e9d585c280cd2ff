using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary><c>POST /v1/tasks/{id}/redeliver</c>, for the job's client and for operators: tells the job's end to its <c>callback_url</c> once more.</summary>
public sealed class RedeliverTask(GenerationStore store, TaskViews views, TimeProvider time)
{
    /// <summary>Begins the schedule anew; calls that were still due are made by this one.</summary>
    [Function(nameof(RedeliverTask))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/tasks/{id}/redeliver")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        if (job.Webhook is null)
            return Errors.Conflict("no_callback_url", "This job was posted without a callback_url, so there is nowhere to deliver to.");
        job = await store.UpdateAsync(job, record => record.WithRedelivery(time.GetUtcNow()), cancellationToken);
        if (WebhookRun.DueFor(job) is not { } run)
            return Errors.Conflict("job_not_over", $"This job is {job.State.WireStatus}; its end is delivered when it is over.");
        await GenerationStarter.StartAsync(durable, run, cancellationToken);
        return await views.AnswerAsync(request, job, cancellationToken);
    }
}
