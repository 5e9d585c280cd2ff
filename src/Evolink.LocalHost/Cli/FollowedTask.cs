using Evolink.Client;

namespace Evolink.LocalHost.Cli;

/// <summary>A task of the app's, followed to its end and to its video.</summary>
internal sealed class FollowedTask(EvolinkAppClient app, TimeProvider time, Action<GenerationProgress> report)
{
    private const int MostBeforeTheEnd = 95;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    // The app holds only so many answers; the others come at once.
    private static readonly TimeSpan LeastBetweenReads = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the task is over.</summary>
    public async Task<EvolinkAppTask> ToEndAsync(EvolinkAppTask task, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        TimeSpan? estimate = task.EvolinkTaskId is null ? null : EstimateOf(task);
        int percent = 0;
        while (!task.IsOver)
        {
            Task<EvolinkAppTask> next = NextAsync(task, cancellationToken);
            do
            {
                TimeSpan elapsed = time.GetElapsedTime(started);
                percent = Math.Max(percent, Math.Max(task.Progress ?? 0, Guess(elapsed, estimate)));
                report(new GenerationProgress(task.Status, percent, estimate - elapsed) { Waiting = task.WaitingFor?.Message });
                await Task.WhenAny(next, Task.Delay(Tick, time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
            while (!next.IsCompleted);

            task = await next;
            // Before Evolink has it, it may wait for anything, and nobody knows how long.
            if (estimate is null && task.EvolinkTaskId is not null)
                (estimate, started) = (EstimateOf(task), time.GetTimestamp());
        }

        return task;
    }

    /// <summary>Downloads the video of a completed task, and returns where it is.</summary>
    /// <param name="task">The task.</param>
    /// <param name="target">A file, or a folder if it ends with a separator.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<string> SaveAsync(EvolinkAppTask task, string target, CancellationToken cancellationToken)
    {
        string file = Path.GetFullPath(Path.EndsInDirectorySeparator(target) ? Path.Combine(target, $"{task.Id}.mp4") : target);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        report(new GenerationProgress("downloading", MostBeforeTheEnd));
        string aside = file + ".part";
        try
        {
            await using (FileStream part = new(aside, FileMode.Create, FileAccess.Write, FileShare.None))
                await app.DownloadVideoAsync(task, part, cancellationToken);
            File.Move(aside, file, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }

        return file;
    }

    private async Task<EvolinkAppTask> NextAsync(EvolinkAppTask task, CancellationToken cancellationToken)
    {
        long asked = time.GetTimestamp();
        EvolinkAppTask next = await app.GetTaskAsync(task.Id, Wait, cancellationToken);
        TimeSpan early = LeastBetweenReads - time.GetElapsedTime(asked);
        if (next.Status == task.Status && early > TimeSpan.Zero)
            await Task.Delay(early, time, cancellationToken);
        return next;
    }

    private static TimeSpan? EstimateOf(EvolinkAppTask task) => task.TaskInfo?.EstimatedTime is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    // The app tells its progress when the status changes; in between the bar follows the estimate, and never claims the end.
    private static int Guess(TimeSpan elapsed, TimeSpan? estimate) =>
        estimate is { } total && total > TimeSpan.Zero ? (int)Math.Min(MostBeforeTheEnd, 100 * (elapsed / total)) : 0;
}
