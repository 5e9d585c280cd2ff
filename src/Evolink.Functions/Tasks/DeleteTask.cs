using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary>
/// <c>DELETE /v1/tasks/{id}</c>, for the job's client and for operators: removes a job that is over, with every copy of its prompt, its
/// image and its video.
/// </summary>
public sealed class DeleteTask(GenerationStore store, JobPurge purge, TimeProvider time)
{
    /// <summary>May be called again until it says that there is no such task.</summary>
    [Function(nameof(DeleteTask))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/tasks/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
        {
            // Nobody knows whose a request without a record is.
            return request.HttpContext.Caller.IsOperator && JobId.TryParse(id, out JobId orphan)
                && await purge.DeleteOrphanAsync(orphan, cancellationToken) is { } left
                ? TypedResults.Json(left, FunctionsJsonContext.Default.PurgedJob)
                : Errors.NoSuchTask;
        }

        return await purge.DeleteAsync(durable, job, cancellationToken) is { } purged
            ? TypedResults.Json(purged, FunctionsJsonContext.Default.PurgedJob)
            : Errors.Conflict("job_not_over", WhyNot(job));
    }

    private string WhyNot(JobRecord job) => job.State.IsTerminal && job.SendingUntil(time.GetUtcNow()) is { } until
        ? $"Its submit was under way when it was cancelled, and may have been charged: delete it after {until:u}, when that is written down."
        : $"This job is {job.State.WireStatus}; cancel it, and delete it when it is over.";
}
