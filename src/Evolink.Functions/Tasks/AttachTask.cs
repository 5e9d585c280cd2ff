using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary>
/// <c>POST /v1/tasks/{id}/attach</c>, for operators: a submit's answer was lost, and the task was found in Evolink's dashboard. Opens the job
/// again, with a new revision that waits for that task and saves its video.
/// </summary>
public sealed class AttachTask(GenerationStore store, TaskReader tasks, JobReopening reopening)
{
    /// <summary>The task must be readable with our key, and belong to no other job.</summary>
    [Function(nameof(AttachTask))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/tasks/{id}/attach")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (!request.HttpContext.Caller.IsOperator)
            return Errors.OperatorsOnly;
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        (string? taskId, string? problem) = await ReadTaskIdAsync(request, cancellationToken);
        if (taskId is null)
        {
            string message = $"{problem}The body must be {{\"evolink_task_id\":\"task-...\"}}, the id of a task at Evolink.";
            return Errors.Invalid([new ValidationIssue("evolink_task_id", ValidationCodes.Required, message)]);
        }

        if (job.CurrentAttempt is not { } attempt)
            return Errors.Conflict("nothing_submitted", "Nothing was ever submitted for this job, so there is no task that could be its own.");
        // A claim binds the task to the job: so everything that may be wrong is found out before.
        if (JobReopening.Refusal(job, taskId) is { } refusal)
            return refusal;
        if ((await tasks.TryReadAsync(taskId, cancellationToken)).Task is null)
            return Errors.Conflict("task_not_readable", "Evolink does not know this task, or it cannot be read with this service's key.");
        if (!await store.Claims.ClaimAsync(taskId, job.Id, attempt.Number, cancellationToken))
            return Errors.Conflict("task_claimed", "This task belongs to another job; where that is a mistake, an operator can free it (DELETE /v1/claims/{task}).");
        (JobRecord opened, IResult answer) = await reopening.OpenAsync(durable, request, job.Id, taskId, cancellationToken);
        // Somebody else was faster with this job.
        if (!opened.Attempts.Any(entry => entry.TaskId == taskId))
            await store.Claims.FreeAsync(taskId, job.Id, cancellationToken);
        return answer;
    }

    private static async Task<(string? TaskId, string? Problem)> ReadTaskIdAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, RequestBody.MaxJson, cancellationToken) is not { } body)
            return (null, null);
        (JsonDocument? document, string? problem) = IncomingJson.Parse(body);
        using (document)
        {
            try
            {
                string? taskId = document?.Deserialize(FunctionsJsonContext.Default.AttachRequest)?.EvolinkTaskId;
                return (TaskIds.IsUsable(taskId) ? taskId : null, problem is null ? null : $"The body {problem}. ");
            }
            catch (JsonException)
            {
                return (null, null);
            }
        }
    }
}

/// <summary>The body of an attach.</summary>
/// <param name="EvolinkTaskId">The task at Evolink.</param>
public sealed record AttachRequest([property: JsonPropertyName("evolink_task_id")] string? EvolinkTaskId);
