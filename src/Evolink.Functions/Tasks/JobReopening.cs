using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary>Opens finished jobs again, for operators: the next revision, with an orchestration of its own.</summary>
public sealed class JobReopening(GenerationStore store, TaskViews views, TimeProvider time)
{
    /// <summary>Opens a job that ended without a video, to wait for a task and save its result.</summary>
    /// <returns>The record, of a later revision where this call opened it, and the answer to the operator.</returns>
    public async Task<(JobRecord Job, IResult Answer)> OpenAsync(
        DurableTaskClient durable, HttpRequest request, JobId id, string taskId, CancellationToken cancellationToken)
    {
        JobRecord job = await OpenAsync(durable, id, taskId, cancellationToken);
        return (job, Refusal(job, taskId) ?? await views.AnswerAsync(request, job, cancellationToken));
    }

    /// <summary>The same, where nobody waits for an answer.</summary>
    public async Task<JobRecord> OpenAsync(DurableTaskClient durable, JobId id, string taskId, CancellationToken cancellationToken)
    {
        // The marker first: whatever happens after the record is written, the sweep sees the job.
        await store.Markers.SetAsync(id, cancellationToken);
        JobRecord job = await store.UpdateAsync(id, record => record.WithReopened(taskId, time.GetUtcNow()), cancellationToken);
        // Where it was refused its marker stays for the sweep: perhaps its end is not told to everybody yet.
        if (Refusal(job, taskId) is null)
            await GenerationStarter.StartAsync(durable, job.Ref, cancellationToken);
        return job;
    }

    /// <summary>Why a job cannot be opened for a task; null where it can, or is.</summary>
    public static IResult? Refusal(JobRecord job, string taskId) => job switch
    {
        { MayReopen: true } => null,
        { State.IsTerminal: true } => Errors.Conflict("job_has_video", "This job is completed, or being removed; there is nothing to open it for."),
        { CurrentAttempt.TaskId: { } task } when task == taskId => null,
        _ => Errors.Conflict("job_not_over", $"This job is {job.State.WireStatus} with another task; only a job that is over can be opened again."),
    };
}
