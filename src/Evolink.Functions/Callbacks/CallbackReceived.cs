using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Callbacks;

/// <summary>
/// <c>POST /callbacks/{id}</c>: Evolink says that something happened. The signature in our own link tells that it is Evolink; what the
/// body says is not believed. It wakes the orchestration, which looks for itself.
/// </summary>
public sealed partial class CallbackReceived(GenerationStore store, LinkSigner signer, TimeProvider time, ILogger<CallbackReceived> log)
{
    private const int MaxBody = 64 << 10;

    /// <summary>2xx in a moment for everything with a valid signature, 404 for the rest.</summary>
    [Function(nameof(CallbackReceived))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "callbacks/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        // Before anything is read or looked up.
        if (!JobId.TryParse(id, out JobId jobId)
            || !signer.IsCallback(jobId, request.Query["a"], request.Query["k"], request.Query["s"], out int attempt))
        {
            return Errors.NotFound("There is no such callback.");
        }

        if (await RequestBody.ReadAsync(request, MaxBody, cancellationToken) is not { } body)
            return Errors.TooLarge(MaxBody);
        if (await store.FindAsync(jobId, cancellationToken) is not { State.IsTerminal: false } job)
            return TypedResults.NoContent();

        await NoteCandidateAsync(job, attempt, body, cancellationToken);
        await WakeAsync(durable, job, cancellationToken);
        return TypedResults.NoContent();
    }

    // The answer to the submit may be lost: then this is how the task is found again.
    private async Task NoteCandidateAsync(JobRecord job, int attempt, byte[] body, CancellationToken cancellationToken)
    {
        if (job.CurrentAttempt is { State: AttemptState.Intent or AttemptState.Unknown } entry && entry.Number == attempt
            && CallbackBody.TaskId(body) is { } taskId)
        {
            await store.UpdateAsync(job.Id, record => record.WithCandidate(attempt, taskId, time.GetUtcNow()), cancellationToken);
        }
    }

    // A hint that is lost costs time, not the video: the next poll sees the same.
    private async Task WakeAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            await durable.RaiseEventAsync(job.Ref.InstanceId, WakeWaiter.EventName, cancellation: cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogHintLost(e, job.Id);
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "Job {JobId}: the callback could not wake its orchestration; the next poll will see the end.")]
    private partial void LogHintLost(Exception e, JobId jobId);
}
