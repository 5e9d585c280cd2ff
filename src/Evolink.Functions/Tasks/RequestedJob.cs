using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Tasks;

/// <summary>The job that a request names by its id.</summary>
internal static class RequestedJob
{
    /// <summary>The record, or null where there is none, or where it is another client's: the caller cannot tell which.</summary>
    public static Task<JobRecord?> FindRequestedAsync(this GenerationStore store, HttpRequest request, string id, CancellationToken cancellationToken) =>
        store.FindForAsync(request.HttpContext.Caller, id, cancellationToken);

    /// <summary>The record, or null where there is none, or where it is another client's: the caller cannot tell which.</summary>
    public static async Task<JobRecord?> FindForAsync(this GenerationStore store, Caller caller, string? id, CancellationToken cancellationToken) =>
        JobId.TryParse(id, out JobId jobId) && await store.FindAsync(jobId, cancellationToken) is { } job && caller.MaySee(job.Client) ? job : null;

    /// <summary>The answer that shows a job.</summary>
    public static async Task<IResult> AnswerAsync(this TaskViews views, HttpRequest request, JobRecord job, CancellationToken cancellationToken) =>
        TypedResults.Json(await views.MakeAsync(job, request.OwnBase, request.LinkUse, cancellationToken), FunctionsJsonContext.Default.TaskView);
}
