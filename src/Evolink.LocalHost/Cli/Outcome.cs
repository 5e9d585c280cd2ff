namespace Evolink.LocalHost.Cli;

/// <summary>How a generation ended.</summary>
/// <param name="Task">Its last reading; none if it was not accepted.</param>
/// <param name="File">Where the video was saved, if it was.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record Outcome(AppTask? Task, string? File, ReportedError? Error)
{
    public GenerateReport ToReport(TimeSpan elapsed) => new(
        Task?.Id,
        Error is null ? "completed" : "failed",
        Task?.EvolinkTaskId,
        Error is null ? new ReportedVideo(Task?.Link, Task?.Video?.Size, Task?.Video?.Sha256, File) : null,
        Error,
        (long)elapsed.TotalMilliseconds);
}
