using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Tasks;

/// <summary><c>GET /v1/tasks/{id}/request</c>: what was asked for, as it was sent; to show it, or to ask again with changes.</summary>
public sealed class GetTaskRequest(GenerationStore store)
{
    /// <summary>Answers the body of the generation. It may hold links that are secrets of the client's, so it is in no list and no log.</summary>
    [Function(nameof(GetTaskRequest))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/tasks/{id}/request")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        try
        {
            return TypedResults.Bytes((await store.ReadRequestAsync(job.Id, cancellationToken)).Body.ToUtf8Bytes(), "application/json; charset=utf-8");
        }
        catch (JobNotFoundException)
        {
            // The storage account's lifecycle removes requests before the records of the jobs (infra, JOB_LEFTOVER_EXPIRE_AFTER_DAYS).
            return Errors.NotFound("What was asked for is not kept any more.", "request_not_found");
        }
    }
}
