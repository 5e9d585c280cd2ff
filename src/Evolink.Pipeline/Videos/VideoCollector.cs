using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tasks;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Asks Evolink for the truth about a generation, saves its video where that is finished, and writes what came of it: one write where all
/// goes well. It may be executed again at any point, also at the same time: until that write, nothing has changed but a blob that the
/// next execution recognises.
/// </summary>
public sealed class VideoCollector(
    GenerationStore store,
    TaskWatcher watcher,
    VideoSaver saver,
    VideoStore videos,
    GenerationFinisher finisher,
    IOptions<EvolinkOptions> options,
    PipelineMetrics metrics,
    TimeProvider time)
{
    /// <summary>Looks how a run stands, and does what is to be done.</summary>
    /// <param name="generation">The run.</param>
    /// <param name="callback">The callback that led to the look, where one came.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<Collected> CollectAsync(GenerationRef generation, CallbackNote? callback, CancellationToken cancellationToken)
    {
        JobRecord job = await store.ReadAsync(generation.Id, cancellationToken);
        if (!job.IsUnderstood)
            return new Collected.Later(time.GetUtcNow() + JobStates.LeftAlone);
        Finding found = job.Revision == generation.Revision
            ? await LookAsync(job, isPoll: callback is null, cancellationToken)
            : Finding.Settled;
        if (found.LookAt is { } lookAt)
        {
            JobRecord noted = await store.UpdateAsync(job, Change, cancellationToken);
            // Another execution may have ended it: the next look tells that.
            return new Collected.Later(noted.State.IsTerminal ? time.GetUtcNow() : lookAt);
        }

        GenerationEnd end = await finisher.FinishAsync(job, generation, Change, cancellationToken);
        return end.IsOver ? new Collected.Ended(end) : new Collected.Resubmit(end.Job.Regeneration?.NotBefore);

        JobRecord Change(JobRecord record) => found.Change(record.WithCallback(callback));
    }

    private async Task<Finding> LookAsync(JobRecord job, bool isPoll, CancellationToken cancellationToken)
    {
        if (job.State.IsTerminal || job.Video is not null)
        {
            metrics.DuplicateSuppressed("save");
            return Finding.Settled;
        }

        bool unwanted = job.Error is not null || (job.CancelRequestedAt is not null && !options.Value.KeepLateResults);
        if (job.CurrentAttempt is not { State: AttemptState.Accepted, TaskId: not null } attempt)
        {
            return unwanted
                ? Finding.Settled
                : throw new InvalidOperationException($"Job {job.Id} has no accepted attempt whose video could be collected.");
        }

        // Submitting: an execution of this saw the task fail, and its result was lost.
        Finding found = unwanted || job.State == JobState.Submitting
            ? Finding.Settled
            : await AskAsync(job, attempt, isPoll, cancellationToken);
        // A crash between commit and record leaves a video that nobody knows of: looked for before anything is given up, or paid for again.
        return found.GivesUp(job) && await videos.FindAsync(job, attempt, cancellationToken) is { Video: not null } there
            ? saver.Saved(job, there)
            : found;
    }

    private async Task<Finding> AskAsync(JobRecord job, Attempt attempt, bool isPoll, CancellationToken cancellationToken)
    {
        // Woken before its time: the pause is there for the other side's sake.
        if (job.SaveRetryAt is { } retryAt && retryAt > time.GetUtcNow())
            return new Finding(static record => record, retryAt);
        if (job.CompletedSeenAt is not null && saver.IsFull)
            return saver.Later();
        (VideoTask? task, EvolinkException? failure) = await watcher.ReadAsync(job, attempt, isPoll, cancellationToken);
        return task is { Status.IsCompleted: true } || job.CompletedSeenAt is not null
            ? await SaveAsync(job, attempt, task, failure, cancellationToken)
            : watcher.Judge(job, attempt, task, failure);
    }

    private async Task<Finding> SaveAsync(
        JobRecord job, Attempt attempt, VideoTask? task, EvolinkException? failure, CancellationToken cancellationToken)
    {
        AttemptRef at = job.CurrentRef;
        DateTimeOffset now = time.GetUtcNow();
        try
        {
            Finding found = await saver.SaveAsync(job, attempt, task, failure, cancellationToken);
            return found with { Change = record => found.Change(Seen(record)) };
        }
        catch (Exception e) when (e is not OperationCanceledException && job.CompletedSeenAt is null)
        {
            // Storage, mostly: the activity is executed again. Meanwhile the record says since when Evolink's link lives.
            await store.UpdateAsync(job, Seen, cancellationToken);
            throw;
        }

        JobRecord Seen(JobRecord record) =>
            record.WithReading(at, task?.Progress, TaskCredits.Of(task), now).WithCompletedSeen(at, now);
    }
}
