using System.Diagnostics;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Tasks;

/// <summary>Asks Evolink how a task stands, and says what that means for its job. A blip never fails a paid job. Writes nothing.</summary>
public sealed partial class TaskWatcher(
    EvolinkClient evolink,
    TaskPolls polls,
    IOptions<EvolinkOptions> options,
    PipelineMetrics metrics,
    TimeProvider time,
    Random random,
    ILogger<TaskWatcher> log)
{
    // Evolink tells that a task failed a moment before it has returned the credits; callbacks come after that.
    private static readonly TimeSpan RefundPatience = TimeSpan.FromMinutes(1);

    private readonly EvolinkOptions _options = options.Value;

    /// <summary>Reads the task of an accepted attempt, or says why it could not be read.</summary>
    /// <param name="job">The job.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="isPoll">Whether a timer led to it, so that it may wait a moment for those of other jobs.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task<(VideoTask? Task, EvolinkException? Failure)> ReadAsync(
        JobRecord job, Attempt attempt, bool isPoll, CancellationToken cancellationToken) =>
        JobTrace.RunAsync(PipelineTelemetry.PollActivity, job, log, async activity =>
        {
            (VideoTask? task, EvolinkException? failure) = await TryReadAsync(attempt.TaskId!, isPoll, cancellationToken);
            task = task is null ? null : UnknownStatus.Understand(job, task);
            string result = (task, failure) switch
            {
                ({ Status.IsCompleted: true }, _) => "completed",
                ({ Status.IsFailed: true }, _) => "failed",
                ({ }, _) => "running",
                (_, { IsTaskNotFound: true }) => "not_found",
                _ => "error",
            };
            if (failure is { IsTaskNotFound: false })
                LogBlip(job.Id, attempt.TaskId!, failure.Code, failure.StatusCode);
            metrics.TaskRead(result);
            activity?.SetTag("evolink.progress", result);
            return (task, failure);
        });

    /// <summary>What a reading means for a job whose task was not seen finished.</summary>
    public Finding Judge(JobRecord job, Attempt attempt, VideoTask? task, EvolinkException? failure)
    {
        DateTimeOffset now = time.GetUtcNow();
        return (task, failure) switch
        {
            ({ Status.IsFailed: true } failed, _) => Failed(job, attempt, failed, now),
            ({ } running, _) => Running(job, attempt, running, now),
            (_, { IsTaskNotFound: true } unknown) => NotFound(job, attempt, unknown, now),
            (_, { } blip) => Blip(job, attempt, blip, now),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<(VideoTask? Task, EvolinkException? Failure)> TryReadAsync(
        string taskId, bool isPoll, CancellationToken cancellationToken)
    {
        try
        {
            return (await (isPoll ? polls.ReadAsync(taskId, cancellationToken) : evolink.GetTaskAsync(taskId, cancellationToken)), null);
        }
        catch (EvolinkException e)
        {
            return (null, e);
        }
    }

    private Finding Failed(JobRecord job, Attempt attempt, VideoTask task, DateTimeOffset now)
    {
        AttemptRef at = job.CurrentRef;
        TaskCredits credits = TaskCredits.Of(task);
        if (credits.IsRefundDue && now < (attempt.RefundAwaitedSince ?? now) + RefundPatience)
        {
            return new Finding(
                record => record.WithReading(at, task.Progress, credits, now).WithRefundAwaited(at, now), now + _options.PollFloor);
        }

        JobError error = TaskFailures.Of(task);
        LogFailed(job.Id, error.Code);
        int most = _options.MaxRegenerations;
        Regeneration? next = TaskFailures.RegenerateAfter(error.Code) is { } pause
            ? new Regeneration(now, now + (pause < _options.MaxRegenerationPause ? pause : _options.MaxRegenerationPause))
            : null;
        return new Finding(
            record =>
            {
                JobRecord read = record.WithReading(at, task.Progress, credits, now);
                return next is not null && read.WithRegeneration(at, error, next, most, now) is { State: JobState.Submitting } again
                    ? again
                    : read.WithTaskError(at, error, now);
            },
            LookAt: null);
    }

    private Finding Running(JobRecord job, Attempt attempt, VideoTask task, DateTimeOffset now)
    {
        PollSchedule schedule = attempt.Schedule(_options, polls.AreShared);
        if (now >= schedule.Deadline)
            return End(job, DeadlineExceeded(task.Status), now);
        AttemptRef at = job.CurrentRef;
        string? said = UnknownStatus.Of(task);
        if (said is not null)
            LogUnknownStatus(job.Id, attempt.TaskId!, said);
        return new Finding(
            record => record.WithReading(at, task.Progress, TaskCredits.Of(task), now).WithUnknownStatus(at, said, now),
            schedule.Next(now, random.NextDouble()));
    }

    private Finding NotFound(JobRecord job, Attempt attempt, EvolinkException failure, DateTimeOffset now)
    {
        DateTimeOffset end = (job.NotFoundSince ?? now) + _options.TaskNotFoundGrace;
        if (now >= end)
        {
            JobError error = new(
                failure.Code,
                $"Evolink has not known the task for {_options.TaskNotFoundGrace.TotalMinutes:0.#} min. Its credits were reserved "
                + "at the submit, and are not known to be returned; ask Evolink's support with the task id.");
            return End(job, error, now);
        }

        AttemptRef at = job.CurrentRef;
        DateTimeOffset next = attempt.Schedule(_options, polls.AreShared).Next(now, random.NextDouble());
        return new Finding(record => record.WithNotFound(at, now), next < end ? next : end);
    }

    // Whether the deadline has passed is only judged by an answer; a provider that cannot be asked gets as long again.
    private Finding Blip(JobRecord job, Attempt attempt, EvolinkException failure, DateTimeOffset now)
    {
        PollSchedule schedule = attempt.Schedule(_options, polls.AreShared) with { Deadline = DateTimeOffset.MaxValue };
        if (now >= schedule.AcceptedAt + (2 * _options.GenerationDeadline))
            return End(job, DeadlineExceeded(null), now);
        AttemptRef at = job.CurrentRef;
        DateTimeOffset next = schedule.Next(now, random.NextDouble());
        return new Finding(
            record => record.WithoutNotFound(at, now).WithWaiting(at, WaitReason.Of(failure), now), failure.RetryAfter is { } asked && now + asked > next ? now + asked : next);
    }

    private static Finding End(JobRecord job, JobError error, DateTimeOffset now)
    {
        AttemptRef at = job.CurrentRef;
        return new Finding(record => record.WithTaskError(at, error, now), LookAt: null);
    }

    private JobError DeadlineExceeded(VideoTaskStatus? last) => new(
        "generation_deadline_exceeded",
        $"Evolink did not finish the task within {_options.GenerationDeadline.TotalHours:0.#} h; its last status was "
        + $"{(last is { } status ? status.ToString() : "not readable")}. Its credits were reserved at the submit, and are not "
        + "known to be returned; ask Evolink's support with the task id.");

    [LoggerMessage(1211, LogLevel.Warning, "Job {JobId}: task {TaskId} could not be read ({Code}, HTTP {Status}); it is read again later.")]
    private partial void LogBlip(JobId jobId, string taskId, string code, int? status);

    [LoggerMessage(1213, LogLevel.Warning, "Job {JobId}: task {TaskId} has an unknown status and holds a result or an error ({Said}). "
        + "Where the next reads say the same, it is taken for what it holds.")]
    private partial void LogUnknownStatus(JobId jobId, string taskId, string said);

    [LoggerMessage(1212, LogLevel.Warning, "Job {JobId}: its task failed with {Code}.")]
    private partial void LogFailed(JobId jobId, string code);
}

internal static class TaskReadFailures
{
    extension(EvolinkException failure)
    {
        /// <summary>Whether it is Evolink's own word that it does not know the task, and not some proxy's 404.</summary>
        public bool IsTaskNotFound => failure is { StatusCode: 404, Code: "task_not_found" };
    }
}
