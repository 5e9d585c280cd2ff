using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tasks;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Brings a finished video into storage. It may be executed again at any point: a half copy is never visible, and a whole one is
/// recognised, also when the link that it came from is dead by now.
/// </summary>
public sealed partial class VideoSaver(
    GenerationStore store,
    TaskReader tasks,
    VideoCopier copier,
    VideoStore videos,
    IOptions<EvolinkOptions> options,
    PipelineMetrics metrics,
    TimeProvider time,
    Random random,
    ILogger<VideoSaver> log)
{
    private readonly EvolinkOptions _options = options.Value;

    /// <summary>Saves the video of a run.</summary>
    public async Task<SaveOutcome> SaveAsync(GenerationRef generation, CancellationToken cancellationToken)
    {
        JobRecord job = await store.ReadAsync(generation.Id, cancellationToken);
        return await JobTrace.RunAsync(PipelineTelemetry.SaveActivity, job, log, async activity =>
        {
            SaveOutcome outcome = await SaveAsync(job, generation, cancellationToken);
            activity?.SetTag("evolink.outcome", outcome.GetType().Name.ToLowerInvariant());
            return outcome;
        });
    }

    private async Task<SaveOutcome> SaveAsync(JobRecord job, GenerationRef generation, CancellationToken cancellationToken)
    {
        if (job.Revision != generation.Revision || job.State.IsTerminal || job.Error is not null)
            return new SaveOutcome.Ended();
        if (job.Video is not null)
        {
            metrics.DuplicateSuppressed("save");
            return new SaveOutcome.Saved();
        }

        Attempt attempt = job.CurrentAttempt is { State: AttemptState.Accepted, TaskId: not null } accepted
            ? accepted
            : throw new InvalidOperationException($"Job {job.Id} has no accepted attempt whose video could be saved.");

        if (job.CancelRequestedAt is not null && !_options.KeepLateResults)
            return await videos.FindAsync(job, attempt, cancellationToken) is { } saved ? await SavedAsync(job, saved, cancellationToken) : new SaveOutcome.Ended();
        // Woken before its time: the pause is there for the other side's sake.
        if (job.SaveRetryAt is { } retryAt && retryAt > time.GetUtcNow())
            return new SaveOutcome.Later(retryAt);

        try
        {
            string link = await FreshLinkAsync(attempt.TaskId!, cancellationToken);
            return await SavedAsync(job, await copier.CopyAsync(link, job, attempt, cancellationToken), cancellationToken);
        }
        catch (VideoDownloadException e)
        {
            // A crash between commit and record leaves the video there with nobody knowing.
            return await videos.FindAsync(job, attempt, cancellationToken) is { } there
                ? await SavedAsync(job, there, cancellationToken)
                : await FailedAsync(job, e, cancellationToken);
        }
    }

    private async Task<string> FreshLinkAsync(string taskId, CancellationToken cancellationToken)
    {
        try
        {
            VideoTask task = await tasks.ReadForSaveAsync(taskId, cancellationToken);
            return task.Results is [{ Length: > 0 } link, ..]
                ? link
                : throw new VideoDownloadException(DownloadFailure.LinkDead, $"Evolink says that the task is {task.Status}, and names no result.");
        }
        catch (EvolinkException e)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"Evolink could not be asked for a fresh link ({e.Code}).", e);
        }
    }

    private async Task<SaveOutcome> SavedAsync(JobRecord job, SavedVideo video, CancellationToken cancellationToken)
    {
        await store.UpdateAsync(job, record => record.WithVideo(job.CurrentRef, video, time.GetUtcNow()), cancellationToken);
        metrics.SaveTried(null);
        LogSaved(job.Id, video.Size);
        return new SaveOutcome.Saved();
    }

    private async Task<SaveOutcome> FailedAsync(JobRecord job, VideoDownloadException failure, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        (DateTimeOffset? retryAt, JobError? error) = SaveSchedule.After(
            failure.Failure, failure.Message, job.SaveTries + 1, job.CompletedSeenAt ?? now, now, random.NextDouble());
        metrics.SaveTried(failure.Failure);
        LogNotSaved(job.Id, job.SaveTries + 1, failure.Failure, failure.Message);
        AttemptRef attempt = job.CurrentRef;
        await store.UpdateAsync(job, Failed, cancellationToken);
        return retryAt is { } at ? new SaveOutcome.Later(at) : new SaveOutcome.Ended();

        JobRecord Failed(JobRecord record)
        {
            JobRecord counted = record.WithSaveTry(attempt, retryAt, now);
            return error is null ? counted : counted.WithTaskError(attempt, error, now);
        }
    }

    [LoggerMessage(1301, LogLevel.Information, "Job {JobId}: the video is saved ({Size} bytes).")]
    private partial void LogSaved(JobId jobId, long size);

    [LoggerMessage(1302, LogLevel.Warning, "Job {JobId}: try {Try} to save the video failed ({Failure}): {Reason}")]
    private partial void LogNotSaved(JobId jobId, int @try, DownloadFailure failure, string reason);
}
