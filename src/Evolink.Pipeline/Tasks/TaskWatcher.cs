using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Tasks;

/// <summary>Asks Evolink how a job's task stands and writes it down. A blip never fails a paid job.</summary>
public sealed partial class TaskWatcher(
    GenerationStore store, TaskReader tasks, IOptions<EvolinkOptions> options, PipelineMetrics metrics, TimeProvider time, Random random, ILogger<TaskWatcher> log)
{
    private readonly EvolinkOptions _options = options.Value;

    /// <summary>Reads the task of a run.</summary>
    public async Task<TaskProgress> ReadAsync(GenerationRef generation, CancellationToken cancellationToken)
    {
        JobRecord job = await store.ReadAsync(generation.Id, cancellationToken);
        return await JobTrace.RunAsync(PipelineTelemetry.PollActivity, job, log, async activity =>
        {
            TaskProgress progress = await ReadAsync(job, generation, cancellationToken);
            activity?.SetTag("evolink.progress", progress.GetType().Name.ToLowerInvariant());
            return progress;
        });
    }

    private async Task<TaskProgress> ReadAsync(JobRecord job, GenerationRef generation, CancellationToken cancellationToken)
    {
        if (job.State.IsTerminal || job.Revision != generation.Revision || job.Error is not null || (job.CancelRequestedAt is not null && !_options.KeepLateResults))
            return new TaskProgress.Ended();
        if (job.CompletedSeenAt is not null)
            return new TaskProgress.Completed();
        if (job.CurrentAttempt is not { State: AttemptState.Accepted, TaskId: { } taskId } attempt)
            throw new InvalidOperationException($"Job {job.Id} has no accepted attempt whose task could be read.");

        // The activity ran before and its result was lost.
        if (job.State == JobState.Submitting)
            return new TaskProgress.Regenerate(job.Regeneration?.NotBefore ?? time.GetUtcNow());

        try
        {
            VideoTask task = await tasks.ReadAsync(taskId, cancellationToken);
            metrics.TaskRead(task.Status switch { { IsCompleted: true } => "completed", { IsFailed: true } => "failed", _ => "running" });
            return task.Status switch
            {
                { IsCompleted: true } => await CompletedAsync(job, task, cancellationToken),
                { IsFailed: true } => await FailedAsync(job, task, cancellationToken),
                _ => await RunningAsync(job, attempt, task, cancellationToken),
            };
        }
        catch (EvolinkException e) when (e is { StatusCode: 404, Code: "task_not_found" })
        {
            metrics.TaskRead("not_found");
            return await NotFoundAsync(job, attempt, e, cancellationToken);
        }
        catch (EvolinkException e)
        {
            metrics.TaskRead("error");
            LogBlip(job.Id, taskId, e.Code, e.StatusCode);
            return await BlipAsync(job, attempt, e, cancellationToken);
        }
    }

    private async Task<TaskProgress> CompletedAsync(JobRecord job, VideoTask task, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        await store.UpdateAsync(job, record => record.WithReading(job.CurrentRef, task.Progress, task.Usage?.CreditsUsed, now).WithCompletedSeen(job.CurrentRef, now), cancellationToken);
        return new TaskProgress.Completed();
    }

    private async Task<TaskProgress> FailedAsync(JobRecord job, VideoTask task, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        JobError error = TaskFailures.Of(task);
        LogFailed(job.Id, error.Code);
        AttemptRef at = job.CurrentRef;
        if (TaskFailures.RegenerateAfter(error.Code) is { } pause)
        {
            Regeneration next = new(now, now + (pause < _options.MaxRegenerationPause ? pause : _options.MaxRegenerationPause));
            JobRecord again = await store.UpdateAsync(
                job, record => record.WithRegeneration(at, error, next, _options.MaxRegenerations, now), cancellationToken);
            if (again.State == JobState.Submitting)
                return new TaskProgress.Regenerate(again.Regeneration?.NotBefore ?? now);
        }

        await store.UpdateAsync(
            job, record => record.WithReading(at, task.Progress, task.Usage?.CreditsUsed, now).WithTaskError(at, error, now), cancellationToken);
        return new TaskProgress.Ended();
    }

    private async Task<TaskProgress> RunningAsync(JobRecord job, Attempt attempt, VideoTask task, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        PollSchedule schedule = attempt.Schedule(_options);
        if (now >= schedule.Deadline)
            return await EndAsync(job, DeadlineExceeded(task.Status), cancellationToken);
        await store.UpdateAsync(job, record => record.WithReading(job.CurrentRef, task.Progress, task.Usage?.CreditsUsed, now), cancellationToken);
        return new TaskProgress.Running(schedule.Next(now, random.NextDouble()));
    }

    private async Task<TaskProgress> NotFoundAsync(JobRecord job, Attempt attempt, EvolinkException failure, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        JobRecord noted = await store.UpdateAsync(job, record => record.WithNotFound(job.CurrentRef, now), cancellationToken);
        DateTimeOffset end = (noted.NotFoundSince ?? now) + _options.TaskNotFoundGrace;
        if (now >= end)
        {
            JobError error = new(failure.Code, $"Evolink has not known the task for {_options.TaskNotFoundGrace.TotalMinutes:0.#} min. It was charged at the submit; ask Evolink's support with the task id.");
            return await EndAsync(job, error, cancellationToken);
        }

        DateTimeOffset next = attempt.Schedule(_options).Next(now, random.NextDouble());
        return new TaskProgress.Running(next < end ? next : end);
    }

    // Whether the deadline has passed is only judged by an answer; a provider that cannot be asked gets as long again.
    private async Task<TaskProgress> BlipAsync(JobRecord job, Attempt attempt, EvolinkException failure, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        PollSchedule schedule = attempt.Schedule(_options) with { Deadline = DateTimeOffset.MaxValue };
        if (now >= schedule.AcceptedAt + (2 * _options.GenerationDeadline))
            return await EndAsync(job, DeadlineExceeded(null), cancellationToken);
        if (job.NotFoundSince is not null)
            await store.UpdateAsync(job, record => record.WithoutNotFound(job.CurrentRef, now), cancellationToken);
        DateTimeOffset next = schedule.Next(now, random.NextDouble());
        return new TaskProgress.Running(failure.RetryAfter is { } asked && now + asked > next ? now + asked : next);
    }

    private async Task<TaskProgress> EndAsync(JobRecord job, JobError error, CancellationToken cancellationToken)
    {
        await store.UpdateAsync(job, record => record.WithTaskError(job.CurrentRef, error, time.GetUtcNow()), cancellationToken);
        return new TaskProgress.Ended();
    }

    private JobError DeadlineExceeded(VideoTaskStatus? last) => new(
        "generation_deadline_exceeded",
        $"Evolink did not finish the task within {_options.GenerationDeadline.TotalHours:0.#} h; its last status was "
        + $"{(last is { } status ? status.ToString() : "not readable")}. It was charged at the submit; ask Evolink's support with the task id.");

    [LoggerMessage(1211, LogLevel.Warning, "Job {JobId}: task {TaskId} could not be read ({Code}, HTTP {Status}); it is read again later.")]
    private partial void LogBlip(JobId jobId, string taskId, string code, int? status);

    [LoggerMessage(1212, LogLevel.Warning, "Job {JobId}: its task failed with {Code}.")]
    private partial void LogFailed(JobId jobId, string code);
}
