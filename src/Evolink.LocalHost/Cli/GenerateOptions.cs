using Evolink.Client;

namespace Evolink.LocalHost.Cli;

/// <summary>What <c>generate</c> was asked for.</summary>
internal sealed record GenerateOptions
{
    /// <summary>Files, and patterns of files.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    public required string Prompt { get; init; }

    public int? Duration { get; init; }

    public string? Quality { get; init; }

    public string? ShotType { get; init; }

    public bool NoPromptExtend { get; init; }

    public string? AudioUrl { get; init; }

    public string? Out { get; init; }

    public bool Json { get; init; }

    /// <summary>The running app to send it to; without an endpoint one is run for it.</summary>
    public required AppConnection Connection { get; init; }

    public required Hosting.LocalEnvironmentOptions Local { get; init; }

    public VideoGenerationRequest ToRequest(string imageUrl) => new()
    {
        Prompt = Prompt,
        ImageUrls = [imageUrl],
        Duration = Duration,
        Quality = Quality,
        PromptExtend = NoPromptExtend ? false : null,
        ModelParams = ShotType is null ? null : new VideoModelParameters { ShotType = ShotType },
        AudioUrl = AudioUrl,
    };
}
