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
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        if (PreferWait.Read(request) is { } wait && !job.State.IsTerminal)
        {
            (JobRecord? changed, bool waited) = await waiting.ForChangeAsync(job, wait, request.HttpContext.RequestAborted);
            if (changed is null)
                return Errors.NoSuchTask;
            if (waited)
                headers["Preference-Applied"] = $"wait={wait.TotalSeconds:0}";
            job = changed;
        }

        if (!job.State.IsTerminal)
            headers.RetryAfter = TaskViews.RetryAfterSeconds(job);
        return await views.AnswerAsync(request, job, cancellationToken);
    }
}
