using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Callbacks;

/// <summary>
/// <c>POST /callbacks/{id}</c>: Evolink says that something happened. The signature in our own link tells that it is Evolink; what the
/// body says is not believed. It wakes the orchestration, which looks for itself.
/// </summary>
public sealed class CallbackReceived(
    GenerationStore store,
    LinkSigner signer,
    SpentCallbacks spent,
    Wake wake,
    LateAdoption late,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<CallbackReceived> log)
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
            metrics.CallbackCame("refused");
            return Errors.NotFound("There is no such callback.");
        }

        // The signature alone makes it a callback; a body that is too large to be a task is not looked at.
        byte[] body = await RequestBody.ReadAsync(request, MaxBody, cancellationToken) ?? [];
        if (spent.Has(jobId, attempt))
        {
            metrics.CallbackCame("late");
            return TypedResults.NoContent();
        }

        if (await store.FindAsync(jobId, cancellationToken) is not { } job)
        {
            metrics.CallbackCame("no_job");
            return TypedResults.NoContent();
        }

        metrics.CallbackCame(job.State.IsTerminal ? "late" : "taken");
        return await JobTrace.RunAsync<IResult>(PipelineTelemetry.CallbackActivity, job, log, async _ =>
        {
            if (job.MayAdoptAfterCancel(attempt) || job is { State: JobState.Cancelled, LateResultAt: null })
            {
                await NoteLateResultAsync(job, body, cancellationToken);
                if (CallbackBody.TaskId(body) is { } paid && !await late.TryAfterCancelAsync(job, attempt, paid, cancellationToken))
                    return Errors.CallAgain;
            }
            else if (job.IsLost && CallbackBody.TaskId(body) is { } named)
            {
                // Evolink calls again within seconds, by when it may be readable.
                if (!await late.TryAsync(durable, job, attempt, named, cancellationToken))
                    return Errors.CallAgain;
            }
            else if (job.State.IsTerminal)
            {
                spent.Add(jobId, attempt);
            }
            else
            {
                CallbackNote callback = new(attempt, time.GetUtcNow());
                // Whether it could be noted or not, somebody should look.
                try
                {
                    await NoteWhereUnknownAsync(job, callback, body, cancellationToken);
                }
                finally
                {
                    await wake.SendAsync(durable, job, callback, cancellationToken);
                }
            }

            return TypedResults.NoContent();
        });
    }

    // After a cancel, Evolink may finish, and charge, all the same.
    private async Task NoteLateResultAsync(JobRecord job, byte[] body, CancellationToken cancellationToken)
    {
        if (CallbackBody.SaysCompleted(body))
            await store.UpdateAsync(job, record => record.WithLateResult(time.GetUtcNow()), cancellationToken);
    }

    // The answer to the submit may be lost: then the task that a callback names is how it is found again.
    // Otherwise the event carries all that is to be noted.
    private async Task NoteWhereUnknownAsync(JobRecord job, CallbackNote callback, byte[] body, CancellationToken cancellationToken)
    {
        if (job.CurrentAttempt is not { State: not (AttemptState.Accepted or AttemptState.Rejected) } attempt
            || attempt.Number != callback.Attempt)
            return;
        string? named = CallbackBody.TaskId(body);
        await store.UpdateAsync(job, Noted, cancellationToken);

        JobRecord Noted(JobRecord record)
        {
            JobRecord called = record.WithCallback(callback);
            return named is null ? called : called.WithCandidate(callback.Attempt, named, callback.At);
        }
    }
}
