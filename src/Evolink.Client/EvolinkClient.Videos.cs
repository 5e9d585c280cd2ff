using System.Runtime.CompilerServices;

namespace Evolink.Client;

// From a task that was submitted to its video.
public partial class EvolinkClient
{
    /// <summary>
    /// Follows a task to its end: yields every reading of it, at a pace that Evolink bears. The last one is over, whether well or not.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="options">How to wait.</param>
    /// <param name="cancellationToken">Stops following; the task goes on.</param>
    /// <exception cref="EvolinkException">
    /// It could not be read, or did not end in time (<see cref="EvolinkErrorCodes.WaitExpired"/>).
    /// </exception>
    /// <exception cref="ArgumentException">No such id can exist.</exception>
    public virtual IAsyncEnumerable<VideoTask> WatchAsync(
        string taskId, WaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckTaskId(taskId);
        return FollowAsync(taskId, options ?? new WaitOptions(), cancellationToken);
    }

    /// <summary>Reads a task until it has ended, whether well or not.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="options">How to wait.</param>
    /// <param name="cancellationToken">Stops waiting; the task goes on.</param>
    /// <exception cref="EvolinkException">
    /// It could not be read, or did not end in time (<see cref="EvolinkErrorCodes.WaitExpired"/>).
    /// </exception>
    /// <exception cref="ArgumentException">No such id can exist.</exception>
    public virtual async Task<VideoTask> WaitForCompletionAsync(
        string taskId, WaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        VideoTask? last = null;
        await foreach (VideoTask task in WatchAsync(taskId, options, cancellationToken).ConfigureAwait(false))
            last = task;
        return last ?? throw new InvalidOperationException("A task that is followed is read.");
    }

    /// <summary>Downloads the video of a completed task: its first link, which lives for 24 hours.</summary>
    /// <remarks>
    /// A broken connection is made again, and the download goes on where it stood. The key is not sent along. Evolink tells neither length
    /// nor hash of a video, so that what arrived can be compared with nothing but the length that the server tells.
    /// </remarks>
    /// <param name="task">The task. Where the link may be dead, read it anew: Evolink may give another.</param>
    /// <param name="target">Takes the bytes; what was written is only right where this does not throw.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">
    /// There is no link (<see cref="EvolinkErrorCodes.ResultMissing"/>), it is dead (HTTP 403, 404 or 410), or the video could not be read
    /// to its end.
    /// </exception>
    public virtual Task<DownloadedVideo> DownloadToAsync(VideoTask task, Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(target);
        Uri link = task.Results is [var first, ..] ? first : throw VideoDownload.Missing($"The task is {task.Status}, and has no link.");
        return _videos.CopyAsync(link, target, cancellationToken);
    }

    /// <summary>Downloads the video of a completed task into a file, which is there whole, or not at all.</summary>
    /// <inheritdoc cref="DownloadToAsync(VideoTask, Stream, CancellationToken)"/>
    /// <param name="task">The task. Where the link may be dead, read it anew: Evolink may give another.</param>
    /// <param name="file">The file, which is replaced; its folder is made.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public virtual Task<DownloadedVideo> DownloadToAsync(VideoTask task, string file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        return VideoFile.WriteAsync(
            file, UploadRules.SafeName(task.Id ?? "video"), part => DownloadToAsync(task, part, cancellationToken));
    }

    private async IAsyncEnumerable<VideoTask> FollowAsync(
        string taskId, WaitOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TimeProvider time = _settings.TimeProvider;
        long begun = time.GetTimestamp();
        TimeSpan estimate = options.EstimatedTime ?? TaskPolling.UsualEstimate;
        bool isLastRead = options.MaxWait <= TimeSpan.Zero;
        while (true)
        {
            (VideoTask? task, EvolinkException? failure) =
                await TryReadAsync(taskId, options, time.GetElapsedTime(begun), cancellationToken).ConfigureAwait(false);
            if (task is not null)
            {
                yield return task;
                if (task.Status.IsTerminal) yield break;
                if (task.TaskInfo?.EstimatedTime is { } told && told > TimeSpan.Zero) estimate = told;
            }

            if (isLastRead) throw TaskPolling.Expired(taskId, options, failure);
            TimeSpan pause = TaskPolling.Pause(estimate, options, Random.Shared.NextDouble());
            if (failure?.RetryAfter is { } asked && asked > pause) pause = asked;
            TimeSpan left = options.MaxWait - time.GetElapsedTime(begun);
            isLastRead = left <= pause;
            await Task.Delay(isLastRead ? TaskPolling.AtLeastZero(left) : pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // A blip is borne, for a while.
    private async Task<(VideoTask? Task, EvolinkException? Failure)> TryReadAsync(
        string taskId, WaitOptions options, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        try
        {
            VideoTask task = await ReadTaskOnceAsync(taskId, cancellationToken).ConfigureAwait(false);
            options.Progress?.Report(task);
            return (task, null);
        }
        catch (EvolinkException failure) when (TaskPolling.IsBearable(failure, elapsed, options))
        {
            return (null, failure);
        }
    }
}
