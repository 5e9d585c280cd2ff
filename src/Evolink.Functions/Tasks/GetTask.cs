using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Tasks;

/// <summary><c>GET /v1/tasks/{id}</c>: how a job stands, from its record alone.</summary>
public sealed class GetTask(GenerationStore store, TaskViews views, TaskWaiting waiting)
{
    /// <summary>Answers at once, or with <c>Prefer: wait=25</c> when the status has changed or the time is up.</summary>
    [Function(nameof(GetTask))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/tasks/{id}")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (!JobId.TryParse(id, out JobId jobId) || await store.FindAsync(jobId, cancellationToken) is not { } job || !request.HttpContext.Caller.MaySee(job.Client))
            return NotFound;
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        if (PreferWait.Read(request) is { } wait && !job.State.IsTerminal)
        {
            headers["Preference-Applied"] = $"wait={wait.TotalSeconds:0}";
            if (await waiting.ForChangeAsync(job, wait, request.HttpContext.RequestAborted) is not { } changed)
                return NotFound;
            job = changed;
        }

        if (!job.State.IsTerminal)
            headers.RetryAfter = TaskViews.RetryAfterSeconds(job);
        return TypedResults.Json(await views.MakeAsync(job, request.OwnBase, cancellationToken), FunctionsJsonContext.Default.TaskView);
    }

    private static IResult NotFound => Errors.NotFound("There is no such task, or it belongs to another client.", "task_not_found");
}
