using System.Text.Json.Serialization;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Tasks;

/// <summary>
/// <c>DELETE /v1/claims/{task}</c>, for operators: a task of Evolink's was given to the wrong job, or to one that is not there any more, and shall be
/// attached to another one.
/// </summary>
public sealed partial class FreeClaim(GenerationStore store, ILogger<FreeClaim> log)
{
    /// <summary>Not while the job that owns the task works with it: it would be saved for two.</summary>
    [Function(nameof(FreeClaim))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/claims/{task}")] HttpRequest request, string task, CancellationToken cancellationToken)
    {
        if (!request.HttpContext.Caller.IsOperator)
            return Errors.OperatorsOnly;
        if (await store.Claims.FindAsync(task, cancellationToken) is not { } claim)
            return Errors.NotFound("No job owns this task.", "claim_not_found");
        if (await store.FindAsync(claim.Job, cancellationToken) is { State.IsTerminal: false } job && job.Attempts.Any(attempt => attempt.TaskId == task))
            return Errors.Conflict("job_not_over", $"Job {job.Id} is {job.State.WireStatus} with this task; cancel it first.");
        await store.Claims.FreeAsync(task, claim.Job, cancellationToken);
        LogFreed(task, claim.Job, request.HttpContext.Caller.Name);
        return TypedResults.Json(new FreedClaim(task, claim.Job.Value), FunctionsJsonContext.Default.FreedClaim);
    }

    [LoggerMessage(2602, LogLevel.Warning, "Task {TaskId} was freed from job {JobId} by operator {Operator}.")]
    private partial void LogFreed(string taskId, JobId jobId, string @operator);
}

/// <summary>A task that no job owns any more.</summary>
/// <param name="EvolinkTaskId">The task at Evolink.</param>
/// <param name="FreedFrom">The job that owned it.</param>
public sealed record FreedClaim(
    [property: JsonPropertyName("evolink_task_id")] string EvolinkTaskId, [property: JsonPropertyName("freed_from")] string FreedFrom);
