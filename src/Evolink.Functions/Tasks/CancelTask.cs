using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary><c>POST /v1/tasks/{id}/cancel</c>: stop waiting. Evolink has no cancel: what was submitted goes on there, and may be charged.</summary>
public sealed class CancelTask(GenerationStore store, TaskViews views, Wake wake, TimeProvider time)
{
    /// <summary>Writes the cancel into the record first: an event that comes before the orchestration has run can be lost, the record cannot.</summary>
    [Function(nameof(CancelTask))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/tasks/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        if (!job.State.IsTerminal)
        {
            bool first = job.CancelRequestedAt is null;
            job = await store.UpdateAsync(job, record => record.WithCancelRequest(time.GetUtcNow()), cancellationToken);
            // Once: every event is kept in the orchestration's history. Should this one be lost, the sweep finds the job sooner.
            if (first)
            {
                await wake.SendAsync(durable, job, cancellationToken);
                await store.Markers.BringForwardAsync(job.Id, time.GetUtcNow(), cancellationToken);
            }
        }

        return await views.AnswerAsync(request, job, cancellationToken);
    }
}
