namespace Evolink.LocalHost.Cli;

/// <summary>How a generation ended.</summary>
/// <param name="Image">What it was made from; none where the model takes no image.</param>
/// <param name="Task">Its last reading; none if it was not accepted.</param>
/// <param name="File">Where the video was saved, if it was.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record Outcome(InputImage? Image, EvolinkAppTask? Task, string? File, ReportedError? Error, TimeSpan Elapsed)
{
    /// <summary>Says it: one JSON object on one line, or words, failures on standard error.</summary>
    /// <param name="json">Whether as JSON.</param>
    /// <param name="name">What it is called among several; empty: it is alone.</param>
    public void Tell(bool json, string name)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(ToReport(), CliJsonContext.Readable.GenerateReport));
            return;
        }

        string prefix = name.Length == 0 ? "" : $"{name}: ";
        if (Error is { } error)
        {
            Console.Error.WriteLine($"{prefix}{error.Code}: {error.Message}");
            Console.Error.WriteLine(Advice.For(error.Code));
            return;
        }

        Console.WriteLine($"{prefix}Done in {Elapsed.TotalSeconds:0.0} s: {Task?.Id} (Evolink task {Task?.EvolinkTaskId})");
        if (Task?.Video is { } video)
            Console.WriteLine($"{video.Size:N0} bytes, SHA-256 {video.Sha256}");
        Console.WriteLine($"Video: {File ?? Task?.Link?.OriginalString}");
        foreach (EvolinkAppFile further in Further)
            Console.WriteLine($"{further.Name} ({further.Size:N0} bytes): {further.Url?.OriginalString}");
    }

    // What the model made beside the video.
    private IEnumerable<EvolinkAppFile> Further => Task?.Files?.Where(file => file.Sha256 != Task.Video?.Sha256) ?? [];

    private GenerateReport ToReport() => new(
        Image?.Source,
        Task?.Id,
        Error is null ? "completed" : "failed",
        Task?.EvolinkTaskId,
        Error is null ? new ReportedVideo(Task?.Link?.OriginalString, Task?.Video?.Size, Task?.Video?.Sha256, File) : null,
        Error,
        (long)Elapsed.TotalMilliseconds)
    {
        Files = Further.Any() ? Task!.Files : null,
    };
}
