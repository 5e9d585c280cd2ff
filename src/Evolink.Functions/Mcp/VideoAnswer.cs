using System.ComponentModel;

namespace Evolink.Functions.Mcp;

/// <summary>A video as an assistant sees it. The descriptions become the tools' output schema.</summary>
internal sealed record VideoAnswer
{
    [Description("The video's id, for the other tools.")]
    public required string Id { get; init; }

    [Description("pending, processing, completed or failed. A cancelled one is failed.")]
    public required string Status { get; init; }

    [Description("Percent. An estimate, at most 95 until the video is saved.")]
    public required int Progress { get; init; }

    [Description("The model.")]
    public required string Model { get; init; }

    [Description("When it was accepted.")]
    public required DateTimeOffset CreatedAt { get; init; }

    [Description("What it cost so far.")]
    public required CreditsAnswer Credits { get; init; }

    [Description("The finished video.")]
    public VideoLinkAnswer? Video { get; init; }

    [Description("Why it failed.")]
    public VideoErrorAnswer? Error { get; init; }

    [Description("What it waits for, where that is more than Evolink's work on it.")]
    public string? WaitingFor { get; init; }

    [Description("When it is worth asking again, in seconds; absent once it is over.")]
    public int? AskAgainInSeconds { get; init; }

    [Description("Only from generate_video: whether the client_request_id had met this video before. Then nothing new was started or paid.")]
    public bool? MetBefore { get; init; }

    [Description("The reference that it was given.")]
    public string? Reference { get; init; }

    [Description("The metadata that it was given.")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    [Description("Only in lists: the beginning of its prompt.")]
    public string? Prompt { get; init; }
}

/// <summary>What a video cost so far.</summary>
internal sealed record CreditsAnswer
{
    [Description("Credits that Evolink has reserved; 0 until it has accepted the work.")]
    public required decimal Reserved { get; init; }

    [Description("Only from generate_video: credits that it is expected to take, by which your budget is held.")]
    public decimal? Estimated { get; init; }

    [Description("Credits that Evolink has charged, where it has told.")]
    public decimal? Charged { get; init; }

    [Description("Credits that Evolink has given back.")]
    public decimal? Returned { get; init; }
}

/// <summary>A finished video.</summary>
internal sealed record VideoLinkAnswer
{
    [Description("A signed link to the video. Whoever has it can open it, until it dies.")]
    public required string Url { get; init; }

    [Description("When the link dies. The video stays: get_video makes a new link.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("Such as video/mp4.")]
    public required string ContentType { get; init; }

    [Description("Length in bytes.")]
    public required long Size { get; init; }

    [Description("SHA-256 of the bytes, hexadecimal.")]
    public required string Sha256 { get; init; }
}

/// <summary>Why a video failed.</summary>
internal sealed record VideoErrorAnswer
{
    [Description("A code for programs.")]
    public required string Code { get; init; }

    [Description("The same in words.")]
    public required string Message { get; init; }
}

/// <summary>One page of videos.</summary>
internal sealed record VideoListAnswer
{
    [Description("The videos, newest first. With a status the page may be short, even empty, while there is more.")]
    public required IReadOnlyList<VideoAnswer> Videos { get; init; }

    [Description("Give it as after for the next page; absent on the last one.")]
    public string? Next { get; init; }
}
