using System.Globalization;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary>Shows jobs to assistants: what <see cref="TaskViews"/> shows to clients, less what an assistant has no use for.</summary>
internal sealed class VideoAnswers(TaskViews views)
{
    /// <summary>A job, with a fresh link where it has a video.</summary>
    public async Task<VideoAnswer> MakeAsync(JobRecord job, Uri ownBase, CancellationToken cancellationToken) =>
        Of(await views.MakeAsync(job, ownBase, cancellationToken)) with
        {
            AskAgainInSeconds = job.State.IsTerminal ? null : TaskViews.SecondsToNextLook(job),
        };

    /// <summary>A job as it stands in a list.</summary>
    public static VideoAnswer Of(TaskView task) => new()
    {
        Id = task.Id,
        Status = task.Status,
        Progress = task.Progress,
        Model = task.Model,
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(task.Created),
        Credits = new CreditsAnswer
        {
            Reserved = task.Usage.CreditsReserved ?? 0,
            Charged = task.Usage.CreditsUsed,
            Returned = task.Usage.CreditsReturned,
        },
        Video = task is { Results: [var link, ..], Video: { } video }
            ? new VideoLinkAnswer { Url = link, ExpiresAt = task.ExpiresAt, ContentType = video.ContentType, Size = video.Size, Sha256 = video.Sha256 }
            : null,
        Error = task.Error is { } error ? new VideoErrorAnswer { Code = error.Code ?? "unknown", Message = error.Message ?? "No reason was given." } : null,
        WaitingFor = task.WaitingFor?.Message,
        Reference = task.Reference,
        Metadata = task.Metadata,
        Prompt = task.Prompt,
    };

    /// <summary>How a video stands, in a sentence; with all that is needed to go on, for there are assistants that read nothing else.</summary>
    public static string Words(VideoAnswer video) => string.Create(CultureInfo.InvariantCulture, $"Video {video.Id} is {video.Status}") + video switch
    {
        { Video: { } file } => string.Create(CultureInfo.InvariantCulture, $": {file.ContentType}, {file.Size:N0} bytes. Link, until {file.ExpiresAt:u}: {file.Url}"),
        { Status: "completed" } => ". There is no link to it at the moment; call get_video again.",
        { Error: { } error } => $": {error.Code}. {error.Message}",
        { WaitingFor: { } reason } => string.Create(CultureInfo.InvariantCulture, $" ({video.Progress} %). {reason} Ask again in {video.AskAgainInSeconds} s."),
        _ => string.Create(CultureInfo.InvariantCulture, $" ({video.Progress} %). Ask again in {video.AskAgainInSeconds} s."),
    };

    /// <summary>The link to a finished video, as content of its own.</summary>
    public static IEnumerable<ContentBlock> Links(VideoAnswer video) => video.Video is not { } file ? [] :
    [
        new ResourceLinkBlock
        {
            Uri = file.Url,
            Name = $"{video.Id}{Ending(file.ContentType)}",
            Title = "The finished video",
            MimeType = file.ContentType,
            Size = file.Size,
        },
    ];

    private static string Ending(string contentType) => contentType switch
    {
        "video/webm" => ".webm",
        "video/quicktime" => ".mov",
        _ => ".mp4",
    };
}
