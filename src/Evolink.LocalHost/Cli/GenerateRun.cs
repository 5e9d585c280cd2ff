using Evolink.Client;
using Evolink.LocalHost.Hosting;

namespace Evolink.LocalHost.Cli;

/// <summary>One run of <c>generate</c>: an app (its own, or a running one), a generation for each image, and what is told of them.</summary>
internal static class GenerateRun
{
    // The app bounds what it submits; this bounds what one command holds open.
    private const int MostAtOnce = 16;

    public static async Task<int> RunAsync(GenerateOptions options)
    {
        Generation[] generations = [.. ImageFiles.Find(options.Images).Select(image => new Generation(options, image, TimeProvider.System))];
        if (generations.Length > 1 && options.Out is { } file && !Path.EndsInDirectorySeparator(file))
            throw new UsageException($"There are {generations.Length} images, so --out must be a folder: write {file}{Path.DirectorySeparatorChar}");
        string[] names = generations is [_] ? [""] : [.. generations.Select(generation => generation.Image.Name)];
        using var signals = new StopSignals();
        try
        {
            Outcome[] outcomes = await Terminal.Progress(options.Json).ShowAsync(names, reports => HostAndGenerateAsync(options, generations, reports, signals.Token));
            foreach ((Outcome outcome, string name) in outcomes.Zip(names))
                outcome.Tell(options.Json, name);
            return outcomes.All(outcome => outcome.Error is null) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(HowToGoOn(options, [.. generations.Select(generation => generation.Id).OfType<string>()]));
            return ExitCode.Interrupted;
        }
    }

    private static async Task<Outcome[]> HostAndGenerateAsync(
        GenerateOptions options, Generation[] generations, IReadOnlyList<Action<GenerationProgress>> reports, CancellationToken cancellationToken)
    {
        if (options.Connection.Endpoint is not null)
        {
            EvolinkAppClient remote = await options.Connection.OpenAsync(cancellationToken);
            return await GenerateAsync(remote, options.Out, generations, reports, cancellationToken);
        }

        reports[0](new GenerationProgress("starting", 0));
        await using LocalEnvironment environment = await LocalEnvironment.StartAsync(options.Local, cancellationToken);
        EvolinkAppClient app = AppConnection.ClientOf(environment.BaseUrl, environment.Data.Keys.Client);
        return await GenerateAsync(app, options.Out ?? environment.Data.Videos + Path.DirectorySeparatorChar, generations, reports, cancellationToken);
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

    private static string HowToGoOn(GenerateOptions options, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
            return "Stopped before anything was sent: no generation was started.";
        string all = string.Join(", ", ids);
        return options.Connection.Endpoint is { } endpoint
            ? $"Stopped waiting. {all} {(ids.Count == 1 ? "goes" : "go")} on there; `watch {ids[0]} --endpoint {endpoint.GetLeftPart(UriPartial.Authority)}` follows."
            : $"Stopped. {all} {(ids.Count == 1 ? "is" : "are")} kept in {options.Connection.DataFolder}; `dotnet run --project src/Evolink.LocalHost -- serve --data {options.Connection.DataFolder}` finishes {(ids.Count == 1 ? "it" : "them")}, without paying again.";
    }
}
