using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Brings a finished video into storage. It may be executed again at any point: a half copy is never visible, and a whole one is
/// recognised, also when the link that it came from is dead by now. Writes no record.
/// </summary>
public sealed partial class VideoSaver(
    VideoCopier copier, VideoStore videos, PipelineMetrics metrics, TimeProvider time, Random random, ILogger<VideoSaver> log) : IDisposable
{
    /// <summary>
    /// So many saves run at once on an instance: three quarters of its activities (<c>maxConcurrentActivityFunctions</c> in host.json).
    /// Results that come slowly may take these, and submits still find a place.
    /// </summary>
    internal const int MostAtOnce = 12;

    private static readonly TimeSpan PauseWhileFull = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(MostAtOnce);

    /// <summary>Whether as many saves run as may: then it is not worth reading the task.</summary>
    public bool IsFull => _places.CurrentCount == 0;

    /// <summary>Nothing was tried, because as many saves run as may; to be tried again in a moment.</summary>
    public Finding Later() => new(static record => record, time.GetUtcNow() + (PauseWhileFull * (1 + random.NextDouble())));

    /// <summary>Saves the video of an accepted attempt.</summary>
    /// <param name="job">The job.</param>
    /// <param name="attempt">Its attempt.</param>
    /// <param name="task">The task as it was just read, with a fresh link; null where it could not be read.</param>
    /// <param name="unread">Why it could not be.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task<Finding> SaveAsync(
        JobRecord job, Attempt attempt, VideoTask? task, EvolinkException? unread, CancellationToken cancellationToken) =>
        JobTrace.RunAsync(PipelineTelemetry.SaveActivity, job, log, async activity =>
        {
            Finding found = await InPlaceAsync(() => SaveOnceAsync(job, attempt, task, unread, cancellationToken), cancellationToken);
            activity?.SetTag("evolink.outcome", found.LookAt is not null ? "later" : found.GivesUp(job) ? "ended" : "saved");
            return found;
        });

    /// <summary>The video is in storage, with all that belongs to it.</summary>
    public Finding Saved(JobRecord job, SavedResults results)
    {
        metrics.SaveTried(null);
        LogSaved(job.Id, results.Files.Sum(file => file.Size));
        AttemptRef at = job.CurrentRef;
        DateTimeOffset now = time.GetUtcNow();
        return new Finding(record => record.WithResults(at, results.Video!, results.Files, now), LookAt: null);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task<Finding> InPlaceAsync(Func<Task<Finding>> save, CancellationToken cancellationToken)
    {
        if (!await _places.WaitAsync(TimeSpan.Zero, cancellationToken))
            return Later();
        try
        {
            return await save();
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<Finding> SaveOnceAsync(
        JobRecord job, Attempt attempt, VideoTask? task, EvolinkException? unread, CancellationToken cancellationToken)
    {
        SavedResults? partly = null;
        try
        {
            IReadOnlyList<string> links = LinksOf(task, unread);
            SavedResults results = task is { HasSeveralResults: true }
                ? await copier.CopyAllAsync([.. links.Distinct(StringComparer.Ordinal)], job, attempt, cancellationToken)
                : new SavedResults([await copier.CopyAsync(links, job, attempt, cancellationToken)], 1);
            if (results.IsComplete)
                return Saved(job, results);
            partly = results;
            throw results.Failure ?? new VideoDownloadException(DownloadFailure.NotAVideo, $"None of the {results.Of} results is a video.");
        }
        catch (VideoDownloadException e)
        {
            // A crash between commit and record leaves the video there with nobody knowing.
            SavedResults? there = partly ?? await videos.FindAsync(job, attempt, cancellationToken);
            Finding later = NotSaved(job, e);
            // A video that is there is no failure, though what was to stand beside it cannot be had any more.
            return there is { IsComplete: true } || (later.LookAt is null && there?.Video is not null) ? Saved(job, there) : later;
        }
    }

    private static IReadOnlyList<string> LinksOf(VideoTask? task, EvolinkException? unread) => task switch
    {
        null => throw new VideoDownloadException(
            DownloadFailure.Unavailable, $"Evolink could not be asked for a fresh link ({unread?.Code}).", unread),
        { Results: { Count: > 0 } links } => [.. links.Select(link => link.OriginalString)],
        _ => throw new VideoDownloadException(
            DownloadFailure.LinkDead, $"Evolink says that the task is {task.Status}, and names no result."),
    };

    private Finding NotSaved(JobRecord job, VideoDownloadException failure)
    {
        DateTimeOffset now = time.GetUtcNow();
        (DateTimeOffset? retryAt, JobError? error) = SaveSchedule.After(
            failure.Failure, failure.Message, job.SaveTries + 1, job.CompletedSeenAt ?? now, now, random.NextDouble());
        metrics.SaveTried(failure.Failure);
        LogNotSaved(job.Id, job.SaveTries + 1, failure.Failure, failure.Message);
        AttemptRef at = job.CurrentRef;
        return new Finding(
            record =>
            {
                JobRecord counted = record.WithSaveTry(at, failure.Message, retryAt, now, failure.AsOneStream);
                return error is null ? counted : counted.WithTaskError(at, error, now);
            },
            retryAt);
    }

    [LoggerMessage(1301, LogLevel.Information, "Job {JobId}: the video is saved ({Size} bytes).")]
    private partial void LogSaved(JobId jobId, long size);

    [LoggerMessage(1302, LogLevel.Warning, "Job {JobId}: try {Try} to save the video failed ({Failure}): {Reason}")]
    private partial void LogNotSaved(JobId jobId, int @try, DownloadFailure failure, string reason);
}
