using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary><c>POST /v1/tasks/{id}/cancel</c>: stop waiting. Evolink has no cancel: what was submitted goes on there, and may be charged.</summary>
public sealed class CancelTask(GenerationStore store, TaskViews views, TaskCancellation cancellation)
{
    /// <summary>Answers how the job stands now; one that is over stays as it is.</summary>
    [Function(nameof(CancelTask))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/tasks/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        job = await cancellation.RequestAsync(durable, job, cancellationToken);
        return await views.AnswerAsync(request, job, cancellationToken);
    }
}
