namespace Evolink.LocalHost.Cli;

/// <summary>One generation through the app's HTTP interface, with its progress reported.</summary>
/// <param name="request">What is asked for, but for the image.</param>
/// <param name="key">Its idempotency key.</param>
/// <param name="image">What it is made from.</param>
/// <param name="time">The clock.</param>
internal sealed class Generation(VideoGenerationRequest request, string key, InputImage image, TimeProvider time)
{
    /// <summary>What it is made from.</summary>
    public InputImage Image => image;

    /// <summary>Its idempotency key.</summary>
    public string Key => key;

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
            report(new GenerationProgress("uploading the image", null));
            string url = image.ContentType is { } type
                ? (await app.UploadImageAsync(await image.ReadAsync(cancellationToken), type, cancellationToken)).OriginalString
                : image.Source;
            // Not to be interrupted: whether it was accepted, and under which id, is worth the moment.
            VideoGenerationRequest asked = request with { ImageUrls = [url], Reference = request.Reference ?? image.Reference };
            task = await app.StartAsync(asked, key, CancellationToken.None);
            Id = task.Id;
            task = await FollowedTask.ToEndAsync(app, task.Id, time, report, cancellationToken);
            if (!task.IsCompleted)
                return Ended(null, ReportedError.Of(task));

            report(new GenerationProgress("downloading", 95));
            string? file = target is null
                ? null
                : await FollowedTask.SaveAsync(app, task, target, Path.GetFileNameWithoutExtension(image.Name), cancellationToken);
            report(new GenerationProgress("done", 100));
            return Ended(file, null);
        }
        catch (EvolinkException e) when (e.StatusCode is not null || e.Code is EvolinkErrorCodes.DownloadDamaged or EvolinkErrorCodes.ResultMissing)
        {
            return Ended(null, new ReportedError(e.Code, e.ErrorMessage ?? e.Message));
        }
        catch (Exception e) when (e is EvolinkException or IOException or UnauthorizedAccessException)
        {
            // The other images' generations go on; and so does this one, where the app has it.
            string then = Id is null ? "" : $" {Id} is kept, and goes on while the app runs: `watch {Id}` follows it.";
            return Ended(null, new ReportedError("local_error", Failures.Explain(e) + then));
        }

        Outcome Ended(string? file, ReportedError? error) => new(image, task, file, error, time.GetElapsedTime(started));
    }
}
