using System.Text.Json;
using Evolink.LocalHost.Data;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline.Images;
using Spectre.Console;

namespace Evolink.LocalHost.Cli;

/// <summary>One run of <c>generate</c>: an app (its own, or a running one), the generation, and what is told of it.</summary>
internal static class GenerateRun
{
    public static async Task<int> RunAsync(GenerateOptions options)
    {
        TimeProvider time = TimeProvider.System;
        long started = time.GetTimestamp();
        LocalImage image = ReadImage(options.Image);
        using var signals = new StopSignals();
        var generation = new Generation(options, image, time);
        try
        {
            Outcome outcome = await HostAndGenerateAsync(options, generation, signals.Token);
            Tell(options, outcome, time.GetElapsedTime(started));
            return outcome.Error is null ? ExitCode.Done : ExitCode.Failed;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(HowToGoOn(options, generation.Id));
            return ExitCode.Interrupted;
        }
    }

    private static async Task<Outcome> HostAndGenerateAsync(GenerateOptions options, Generation generation, CancellationToken cancellationToken)
    {
        IProgressDisplay display = DisplayFor(options);
        if (options.Endpoint is { } endpoint)
        {
            using var remote = new AppClient(endpoint, options.Key ?? KeyFor(endpoint, options.DataFolder));
            return await display.ShowAsync(report => generation.RunAsync(remote, options.Out, report, cancellationToken));
        }

        return await display.ShowAsync(async report =>
        {
            report(new GenerationProgress("starting", 0));
            await using LocalEnvironment environment = await LocalEnvironment.StartAsync(options.Local, cancellationToken);
            using var app = new AppClient(environment.BaseUrl, environment.Data.Keys.Client);
            return await generation.RunAsync(app, options.Out ?? environment.Data.Videos + Path.DirectorySeparatorChar, report, cancellationToken);
        });
    }

    private static IProgressDisplay DisplayFor(GenerateOptions options)
    {
        bool redirected = options.Json ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        TextWriter writer = options.Json ? Console.Error : Console.Out;
        if (redirected)
            return new PlainProgress(writer, TimeProvider.System);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        return console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi ? new LiveProgress(console) : new PlainProgress(writer, TimeProvider.System);
    }

    private static LocalImage ReadImage(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                throw new UsageException(Directory.Exists(path) ? $"{path} is a folder; --image is a file." : $"There is no image at {path}.");
            if (file.Length > ImageCheck.MaxBytes)
                throw new UsageException($"The image {path} has {file.Length / 1048576.0:0.0} MB; Evolink takes at most 10.");
            return new LocalImage(File.ReadAllBytes(path), ContentTypeOf(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The image {path} cannot be read: {e.Message}", e);
        }
    }

    // Only a hint: the app looks at the bytes.
    private static string ContentTypeOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        ".bmp" => "image/bmp",
        _ => "application/octet-stream",
    };

    private static string? KeyFor(Uri endpoint, string dataFolder) =>
        endpoint.IsLoopback && LocalKeys.Read(dataFolder) is { } keys
            ? keys.Client
            : throw new UsageException("--endpoint needs a client key of that app: give it with --key.");

    private static void Tell(GenerateOptions options, Outcome outcome, TimeSpan elapsed)
    {
        if (options.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(outcome.ToReport(elapsed), CliJsonContext.Readable.GenerateReport));
            return;
        }

        if (outcome.Error is { } error)
        {
            Console.Error.WriteLine($"{error.Code}: {error.Message}");
            Console.Error.WriteLine(Advice.For(error.Code));
            return;
        }

        Console.WriteLine($"Done in {elapsed.TotalSeconds:0.0} s: {outcome.Task?.Id} (Evolink task {outcome.Task?.EvolinkTaskId})");
        if (outcome.Task?.Video is { } video)
            Console.WriteLine($"{video.Size:N0} bytes, SHA-256 {video.Sha256}");
        Console.WriteLine(outcome.File is { } file ? $"Video: {file}" : $"Video: {outcome.Task?.Link}");
    }

    private static string HowToGoOn(GenerateOptions options, string? id)
    {
        if (id is null)
            return "Stopped before anything was sent: no generation was started.";
        return options.Endpoint is { } endpoint
            ? $"Stopped waiting. {id} goes on there; ask with: curl -H \"Authorization: Bearer KEY\" {endpoint.GetLeftPart(UriPartial.Authority)}/v1/tasks/{id}"
            : $"Stopped. {id} is kept in {options.DataFolder}; `dotnet run --project src/Evolink.LocalHost -- serve --data {options.DataFolder}` finishes it, without paying again.";
    }
}
