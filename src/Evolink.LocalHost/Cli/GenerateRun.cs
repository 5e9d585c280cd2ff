namespace Evolink.LocalHost.Cli;

/// <summary>One run of <c>generate</c>: an app (a running one, or its own), and a generation for each image.</summary>
internal static class GenerateRun
{
    // The app bounds what it submits; this bounds what one command holds open.
    private const int MostAtOnce = 16;

    public static async Task<int> RunAsync(GenerateOptions options)
    {
        IReadOnlyList<InputImage> images = ImageFiles.Find(options.Images, options.Fit);
        foreach (InputImage image in images.Where(image => image.Changes is not null))
            await Console.Error.WriteLineAsync($"{image.Name} is {image.Changes}.");
        // One picture under two names is one job.
        if (options.IdempotencyKey is not null)
            images = [.. images.DistinctBy(image => image.Identity)];
        Generation[] generations =
            [.. images.Select(image => new Generation(options.Request, options.KeyOf(image, images.Count), image, TimeProvider.System))];
        if (generations.Length > 1 && options.Out is { } file && !Path.EndsInDirectorySeparator(file))
            throw new UsageException($"There are {generations.Length} images, so --out must be a folder: write {file}{Path.DirectorySeparatorChar}");
        if (generations.FirstOrDefault(generation => !IdempotencyKey.IsValid(generation.Key)) is { } tooLong)
            throw new UsageException($"--idempotency-key is too long for several images, of which each gets one, such as {tooLong.Key}");
        string[] names = generations is [_] ? [""] : [.. generations.Select(generation => generation.Image.Name)];
        using var signals = new StopSignals();
        Uri? running = await options.Connection.FindAsync(signals.Token);
        try
        {
            Outcome[] outcomes = await Terminal.Progress(options.Json).ShowAsync(
                names, reports => HostAndGenerateAsync(options, running, generations, reports, signals.Token));
            foreach ((Outcome outcome, string name) in outcomes.Zip(names))
                outcome.Tell(options.Json, name);
            return outcomes.All(outcome => outcome.Error is null) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            string[] started = [.. generations.Select(generation => generation.Id).OfType<string>()];
            await Console.Error.WriteLineAsync(HowToGoOn(options, running, started));
            return ExitCode.Interrupted;
        }
    }

    private static async Task<Outcome[]> HostAndGenerateAsync(
        GenerateOptions options,
        Uri? running,
        Generation[] generations,
        IReadOnlyList<Action<GenerationProgress>> reports,
        CancellationToken cancellationToken)
    {
        string? target = options.Out ?? (options.Connection.Endpoint is null ? DataFolder.VideosOf(options.Connection.Folder) : null);
        if (running is not null)
        {
            if (options.Connection.Endpoint is null)
                await Console.Error.WriteLineAsync($"The app at {running.Authority}, which holds {options.Connection.Folder}, makes it.");
            return await GenerateAsync(options.Connection.ClientAt(running), target, generations, reports, cancellationToken);
        }

        reports[0](new GenerationProgress("starting", null));
        await using LocalEnvironment environment = await LocalEnvironment.StartAsync(options.Local, cancellationToken);
        EvolinkAppClient app = AppConnection.ClientOf(environment.BaseUrl, environment.Data.Keys.Client);
        return await GenerateAsync(app, target, generations, reports, cancellationToken);
    }

    private static async Task<Outcome[]> GenerateAsync(
        EvolinkAppClient app, string? target, Generation[] generations, IReadOnlyList<Action<GenerationProgress>> reports, CancellationToken cancellationToken)
    {
        var outcomes = new Outcome[generations.Length];
        await Parallel.ForAsync(
            0,
            generations.Length,
            new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
            async (i, stopping) => outcomes[i] = await generations[i].RunAsync(app, target, reports[i], stopping));
        return outcomes;
    }

    private static string HowToGoOn(GenerateOptions options, Uri? running, string[] ids)
    {
        if (ids.Length == 0)
            return "Stopped before anything was sent: no generation was started.";
        string all = string.Join(", ", ids);
        if (running is not null)
            return $"Stopped waiting. {all} {(ids.Length == 1 ? "goes" : "go")} on there; `watch {ids[0]} --endpoint {running}` follows.";
        string folder = options.Connection.Folder;
        return $"Stopped. {all} {(ids.Length == 1 ? "is" : "are")} kept in {folder}; `serve --data {folder}` finishes "
            + $"{(ids.Length == 1 ? "it" : "them")}, without paying again.";
    }
}
