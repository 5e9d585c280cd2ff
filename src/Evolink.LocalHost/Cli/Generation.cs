using Evolink.Client;

namespace Evolink.LocalHost.Cli;

/// <summary>One generation through the app's HTTP interface, with its progress told.</summary>
internal sealed class Generation(GenerateOptions options, LocalImage image, TimeProvider time)
{
    /// <summary>What it is made from.</summary>
    public LocalImage Image => image;

    /// <summary>The job's id, once the app has accepted it.</summary>
    public string? Id { get; private set; }

    /// <summary>Uploads, starts, waits, downloads.</summary>
    /// <param name="app">The app.</param>
    /// <param name="target">Where to save the video: a file, or a folder if it ends with a separator; <see langword="null"/>: nowhere.</param>
    /// <param name="report">Is told the progress.</param>
    /// <param name="cancellationToken">Stops waiting; the generation goes on.</param>
    public async Task<Outcome> RunAsync(EvolinkAppClient app, string? target, Action<GenerationProgress> report, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        EvolinkAppTask? task = null;
        try
        {
            report(new GenerationProgress("uploading the image", 0));
            string url = await app.UploadImageAsync(await File.ReadAllBytesAsync(image.Path, cancellationToken), image.ContentType, cancellationToken);
            // Not to be interrupted: whether it was accepted, and under which id, is worth the moment.
            task = await app.StartAsync(options.ToRequest(url), $"generate-{Guid.NewGuid():N}", CancellationToken.None);
            Id = task.Id;
            FollowedTask followed = new(app, time, report);
            task = await followed.ToEndAsync(task, cancellationToken);
            if (!task.IsCompleted)
                return Ended(null, ReportedError.Of(task));

            string? file = target is null ? null : await followed.SaveAsync(task, target, cancellationToken);
            report(new GenerationProgress("done", 100));
            return Ended(file, null);
        }
        catch (EvolinkAppException e)
        {
            return Ended(null, new ReportedError(e.Code, e.Message));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            // The other images' generations go on.
            return Ended(null, new ReportedError("local_error", Failures.Explain(e)));
        }

        Outcome Ended(string? file, ReportedError? error) => new(image, task, file, error, time.GetElapsedTime(started));
    }
}
