namespace Evolink.LocalHost.Cli;

/// <summary>One generation through the app's HTTP interface, with its progress told.</summary>
internal sealed class Generation(GenerateOptions options, LocalImage image, TimeProvider time)
{
    private const string Completed = "completed";
    private const string Failed = "failed";
    private const int MostBeforeTheEnd = 95;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>The job's id, once the app has accepted it.</summary>
    public string? Id { get; private set; }

    /// <summary>Uploads, starts, waits, downloads.</summary>
    /// <param name="app">The app.</param>
    /// <param name="target">Where to save the video: a file, or a folder if it ends with a separator; <see langword="null"/>: nowhere.</param>
    /// <param name="report">Is told the progress.</param>
    /// <param name="cancellationToken">Stops waiting; the generation goes on.</param>
    public async Task<Outcome> RunAsync(AppClient app, string? target, Action<GenerationProgress> report, CancellationToken cancellationToken)
    {
        AppTask? task = null;
        try
        {
            report(new GenerationProgress("uploading the image", 0));
            string url = await app.UploadAsync(image.Bytes, image.ContentType, cancellationToken);
            // Not to be interrupted: whether it was accepted, and under which id, is worth the moment.
            task = await app.StartAsync(options.ToRequest(url), $"generate-{Guid.NewGuid():N}", CancellationToken.None);
            Id = task.Id;
            task = await WaitAsync(app, task, report, cancellationToken);
            if (task.Status is not Completed)
                return new Outcome(task, null, new ReportedError(task.Error?.Code ?? "unknown_error", task.Error?.Message ?? "The generation failed without a reason."));

            string? file = await SaveAsync(app, task, target, report, cancellationToken);
            report(new GenerationProgress("done", 100));
            return new Outcome(task, file, null);
        }
        catch (AppException e)
        {
            return new Outcome(task, null, new ReportedError(e.Code, e.Message));
        }
    }

    private async Task<AppTask> WaitAsync(AppClient app, AppTask task, Action<GenerationProgress> report, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        TimeSpan? estimate = EstimateOf(task);
        int percent = 0;
        while (task.Status is not (Completed or Failed))
        {
            Task<AppTask> next = app.WaitAsync(task.Id!, cancellationToken);
            do
            {
                TimeSpan elapsed = time.GetElapsedTime(started);
                percent = Math.Max(percent, Math.Max(task.Progress ?? 0, Guess(elapsed, estimate)));
                report(new GenerationProgress(task.Status ?? "waiting", percent, estimate - elapsed));
                await Task.WhenAny(next, Task.Delay(Tick, time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
            while (!next.IsCompleted);

            task = await next;
            estimate = EstimateOf(task) ?? estimate;
        }

        return task;
    }

    private static TimeSpan? EstimateOf(AppTask task) => task.TaskInfo?.EstimatedTime is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    // The app tells its progress when the status changes; in between the bar follows the estimate, and never claims the end.
    private static int Guess(TimeSpan elapsed, TimeSpan? estimate) =>
        estimate is { } total && total > TimeSpan.Zero ? (int)Math.Min(MostBeforeTheEnd, 100 * (elapsed / total)) : 0;

    private static async Task<string?> SaveAsync(AppClient app, AppTask task, string? target, Action<GenerationProgress> report, CancellationToken cancellationToken)
    {
        if (target is null)
            return null;
        if (task.Link is not { } link)
            throw new AppException("result_missing", "The generation is completed, but the app gave no link to the video.");
        string file = Path.GetFullPath(Path.EndsInDirectorySeparator(target) ? Path.Combine(target, $"{task.Id}.mp4") : target);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        report(new GenerationProgress("downloading", MostBeforeTheEnd));
        await app.DownloadAsync(link, task.Video, file, cancellationToken);
        return file;
    }
}
