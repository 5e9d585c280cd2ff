using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary><c>POST /v1/tasks/{id}/retry-save</c>, for operators: the video was finished at Evolink and could not be saved; the reason is mended.</summary>
public sealed class RetrySaveTask(GenerationStore store, JobReopening reopening)
{
    /// <summary>Opens the job again, with a new revision that reads its task and saves the video.</summary>
    [Function(nameof(RetrySaveTask))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/tasks/{id}/retry-save")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (!request.HttpContext.Caller.IsOperator)
            return Errors.OperatorsOnly;
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        return job.CurrentAttempt is { State: AttemptState.Accepted, TaskId: { } taskId }
            ? (await reopening.OpenAsync(durable, request, job.Id, taskId, cancellationToken)).Answer
            : Errors.Conflict("nothing_to_save", "Evolink has accepted no task for this job, as far as is known; attach one first.");
    }
}
