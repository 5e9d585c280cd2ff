using System.ComponentModel;
using Evolink.Client;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Limits;

namespace Evolink.Functions.Mcp;

/// <summary>The one place where the tools learn of models and what they cost.</summary>
internal sealed class VideoModels(CostEstimates costs)
{
    private static readonly string[] Qualities = ["720p", "1080p"];

    /// <summary>The model of a video for which none was named.</summary>
    public static string Usual => VideoGenerationRequest.Wan26ImageToVideo;

    /// <summary>All models, as far as an assistant has to know them, with prices as this client has met them.</summary>
    public async Task<IReadOnlyList<ModelAnswer>> ListAsync(string client, CancellationToken cancellationToken)
    {
        Dictionary<string, decimal> prices = new(StringComparer.Ordinal);
        foreach (string quality in Qualities)
            prices[quality] = (await costs.MakeAsync(client, duration: null, quality, cancellationToken)).CreditsPerSecond;
        return
        [
            new ModelAnswer
            {
                Name = Usual,
                Description = $"Makes a video from one image and a prompt. The image: jpeg, png without alpha, bmp or webp, at most 10 MB, each side {ImageCheck.MinSide} to {ImageCheck.MaxSide} pixels.",
                MinDuration = VideoGenerationRequestValidator.MinDuration,
                MaxDuration = VideoGenerationRequestValidator.MaxDuration,
                CreditsPerSecond = prices,
            },
        ];
    }

    /// <summary>What is wrong with a wish before there are prompt and image; in the words that a generation is refused with.</summary>
    public static IReadOnlyList<ValidationIssue> Check(string? model, int? duration, string? quality) => VideoGenerationRequestValidator.Validate(new VideoGenerationRequest
    {
        Model = model ?? Usual,
        Duration = duration,
        Quality = quality,
        Prompt = "Any",
        ImageUrls = ["https://example.com/any.png"],
    });

    /// <summary>What one video will cost a client. Spends nothing and holds nothing back.</summary>
    public Task<CostEstimate> EstimateAsync(string client, int? duration, string? quality, CancellationToken cancellationToken) =>
        costs.MakeAsync(client, duration, quality, cancellationToken);
}

/// <summary>A model.</summary>
internal sealed record ModelAnswer
{
    [Description("Its name, for model.")]
    public required string Name { get; init; }

    [Description("What it makes, and of what.")]
    public required string Description { get; init; }

    [Description("Shortest video, in seconds.")]
    public required int MinDuration { get; init; }

    [Description("Longest video, in seconds.")]
    public required int MaxDuration { get; init; }

    [Description("Credits of a second of video by quality, as far as they are known.")]
    public required IReadOnlyDictionary<string, decimal> CreditsPerSecond { get; init; }
}

/// <summary>All models.</summary>
internal sealed record ModelListAnswer
{
    [Description("The models.")]
    public required IReadOnlyList<ModelAnswer> Models { get; init; }
}
