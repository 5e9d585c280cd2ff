using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Pipeline.Batches;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Batches;

/// <summary><c>POST /v1/batches/{id}/cancel</c>: what was not started never is; what is under way is cancelled like a single task.</summary>
public sealed class CancelBatch(BatchStore store, BatchViews views, Wake wake, TimeProvider time)
{
    /// <summary>Writes the cancel into the record first; the event is a hint.</summary>
    [Function(nameof(CancelBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/batches/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } batch)
            return Errors.NoSuchBatch;
        if (batch.EndedAt is null)
        {
            bool first = batch.CancelRequestedAt is null;
            batch = await store.UpdateAsync(batch.Id, record => record.WithCancelRequest(time.GetUtcNow()), cancellationToken);
            if (first)
                await wake.SendAsync(durable, batch, cancellationToken);
        }

        return await views.AnswerAsync(request, batch, page: null, cancellationToken);
    }
}
