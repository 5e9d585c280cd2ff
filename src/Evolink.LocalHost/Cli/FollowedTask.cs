namespace Evolink.LocalHost.Cli;

/// <summary>A task of the app's, followed to its end with its progress reported.</summary>
internal static class FollowedTask
{
    private const int MostBeforeTheEnd = 95;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until the task is over.</summary>
    public static async Task<EvolinkAppTask> ToEndAsync(
        EvolinkAppClient app, string id, TimeProvider time, Action<GenerationProgress> report, CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<EvolinkAppTask> readings = app.WatchAsync(id, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await readings.MoveNextAsync();
        TimeSpan? estimate = null;
        long started = 0;
        int percent = 0;
        while (true)
        {
            EvolinkAppTask task = readings.Current;
            // Before Evolink has it, it may wait for anything, and nobody knows how long.
            if (estimate is null && task is { EvolinkTaskId: not null, TaskInfo.EstimatedTime: { } told })
                (estimate, started) = (told, time.GetTimestamp());
            Task<bool> next = readings.MoveNextAsync().AsTask();
            do
            {
                TimeSpan? left = estimate is null ? null : estimate - time.GetElapsedTime(started);
                percent = Math.Max(percent, Math.Max(task.Progress ?? 0, Guess(estimate, left)));
                if (!task.IsOver)
                {
                    report(new GenerationProgress(task.Status.ToString(), task.EvolinkTaskId is null ? null : percent, left)
                    {
                        Waiting = task.WaitingFor?.Message,
                    });
                }
                await Task.WhenAny(next, Task.Delay(Tick, time, CancellationToken.None));
            }
            while (!next.IsCompleted);
            if (!await next)
                return task;
        }
    }

    /// <summary>Downloads the video of a completed task, and returns where it is.</summary>
    /// <param name="app">The app.</param>
    /// <param name="task">The task.</param>
    /// <param name="target">A file, which is replaced; or a folder if it ends with a separator.</param>
    /// <param name="name">What it is called in a folder; where that is taken, the task's id follows it. Null: the id alone.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<string> SaveAsync(
        EvolinkAppClient app, EvolinkAppTask task, string target, string? name, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(target);
        if (name is not null && Path.EndsInDirectorySeparator(target))
            return await app.DownloadToFolderAsync(task, path, name, cancellationToken);
        string file = Path.EndsInDirectorySeparator(target) ? Path.Combine(path, $"{task.Id}.mp4") : path;
        await app.DownloadToAsync(task, file, cancellationToken);
        return file;
    }

    // The app tells its progress when the status changes; in between the bar follows the estimate, and never claims the end.
    private static int Guess(TimeSpan? estimate, TimeSpan? left) => estimate is { } total && left is { } rest && total > TimeSpan.Zero
        ? (int)Math.Clamp(100 * (1 - (rest / total)), 0, MostBeforeTheEnd)
        : 0;
}
