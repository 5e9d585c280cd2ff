using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>What the typed requests of the wan models have in common. What is left out, Evolink chooses.</summary>
/// <remarks>Nothing is checked here: the validator holds the rules, by <see cref="VideoModels"/>.</remarks>
public abstract record WanRequest
{
    private protected WanRequest(string model) => Model = model;

    /// <summary>The model's name.</summary>
    [JsonPropertyName("model"), JsonPropertyOrder(-2)]
    public string Model { get; }

    /// <summary>What the video shall show. Required; at most 1500 characters (Unicode code points) for wan2.6, 5000 for wan2.7.</summary>
    [JsonPropertyName("prompt"), JsonPropertyOrder(-1)]
    public required string Prompt { get; init; }

    /// <summary>Length of the video in seconds, 2 to 15; 5 where it is left out.</summary>
    [JsonPropertyName("duration")]
    public int? Duration { get; init; }

    /// <summary><c>720p</c> (default) or <c>1080p</c>.</summary>
    [JsonPropertyName("quality")]
    public string? Quality { get; init; }

    /// <summary>Whether Evolink may rewrite the prompt: for wan2.6 it may where this is left out, for wan2.7 not.</summary>
    [JsonPropertyName("prompt_extend")]
    public bool? PromptExtend { get; init; }

    /// <summary>Where Evolink calls when the task is completed, failed or cancelled: https, public, at most 2048 characters.</summary>
    [JsonPropertyName("callback_url")]
    public string? CallbackUrl { get; init; }

    /// <summary>The client's own name for it, which an Evolink.Functions app keeps and tells.</summary>
    [JsonPropertyName("reference")]
    public string? Reference { get; init; }

    /// <summary>Texts of the client's own, which an Evolink.Functions app keeps and tells.</summary>
    [JsonPropertyName("metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The request as it is sent.</summary>
    public VideoGenerationRequest ToRequest() =>
        VideoGenerationRequest.Of(JsonSerializer.SerializeToElement(this, GetType(), WanJsonContext.Default));

    /// <summary>The request as it is sent.</summary>
    public static implicit operator VideoGenerationRequest(WanRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.ToRequest();
    }
}

/// <summary><c>wan2.6-text-to-video</c>: a video from a prompt alone.</summary>
public sealed record Wan26TextToVideoRequest() : WanRequest("wan2.6-text-to-video")
{
    /// <summary><c>16:9</c> (default), <c>9:16</c>, <c>1:1</c>, <c>4:3</c> or <c>3:4</c>.</summary>
    [JsonPropertyName("aspect_ratio")]
    public string? AspectRatio { get; init; }

    /// <summary>Parameters of the model.</summary>
    [JsonPropertyName("model_params")]
    public VideoModelParameters? ModelParams { get; init; }
}

/// <summary><c>wan2.6-reference-video</c>, or its <c>-flash</c>: a video with who is seen and heard in others.</summary>
public sealed record Wan26ReferenceVideoRequest : WanRequest
{
    /// <summary>A request.</summary>
    /// <param name="isFlash">Whether the faster model shall make it.</param>
    public Wan26ReferenceVideoRequest(bool isFlash = false)
        : base(isFlash ? "wan2.6-reference-video-flash" : "wan2.6-reference-video")
    {
    }

    /// <summary>Links to 1 to 3 videos (mp4, mov; 2 to 30 s; 100 MB), also http. Their seconds are billed, too.</summary>
    [JsonPropertyName("video_urls")]
    public required IReadOnlyList<string> VideoUrls { get; init; }

    /// <summary><c>16:9</c> (default), <c>9:16</c>, <c>1:1</c>, <c>4:3</c> or <c>3:4</c>.</summary>
    [JsonPropertyName("aspect_ratio")]
    public string? AspectRatio { get; init; }

    /// <summary>Parameters of the model.</summary>
    [JsonPropertyName("model_params")]
    public VideoModelParameters? ModelParams { get; init; }
}

/// <summary>What the typed requests of the wan2.7 models have in common.</summary>
public abstract record Wan27Request : WanRequest
{
    private protected Wan27Request(string model)
        : base(model)
    {
    }

    /// <summary>What the video shall not show, at most 500 characters.</summary>
    [JsonPropertyName("negative_prompt")]
    public string? NegativePrompt { get; init; }

    /// <summary>1 to 2147483647; the same seed makes a similar video.</summary>
    [JsonPropertyName("seed")]
    public int? Seed { get; init; }

    /// <summary>Links to audio (mp3, wav; 2 to 30 s; 15 MB): 1, of a reference video up to 5.</summary>
    [JsonPropertyName("audio_urls")]
    public IReadOnlyList<string>? AudioUrls { get; init; }
}

/// <summary><c>wan2.7-text-to-video</c>: a video from a prompt, and a sound that it is made to.</summary>
public sealed record Wan27TextToVideoRequest() : Wan27Request("wan2.7-text-to-video")
{
    /// <summary><c>16:9</c> (default), <c>9:16</c>, <c>1:1</c>, <c>4:3</c> or <c>3:4</c>.</summary>
    [JsonPropertyName("aspect_ratio")]
    public string? AspectRatio { get; init; }
}

/// <summary><c>wan2.7-image-to-video</c>: from a first frame, from a first and a last one, or on from the end of a video.</summary>
public sealed record Wan27ImageToVideoRequest() : Wan27Request("wan2.7-image-to-video")
{
    /// <summary><c>first_frame</c>, <c>first_last_frame</c> or <c>video_continuation</c>; by what is given where it is left out.</summary>
    [JsonPropertyName("generation_mode")]
    public string? GenerationMode { get; init; }

    /// <summary>Link to the first frame: each side 240 to 8000 pixels, at most 20 MB.</summary>
    [JsonPropertyName("image_start")]
    public string? ImageStart { get; init; }

    /// <summary>Link to the last frame.</summary>
    [JsonPropertyName("image_end")]
    public string? ImageEnd { get; init; }

    /// <summary>Link to the video that is continued.</summary>
    [JsonPropertyName("video_urls")]
    public IReadOnlyList<string>? VideoUrls { get; init; }
}

/// <summary><c>wan2.7-reference-video</c>: a video with who and what is seen in images and videos, 5 at most together.</summary>
public sealed record Wan27ReferenceVideoRequest() : Wan27Request("wan2.7-reference-video")
{
    /// <summary>Link to the first frame.</summary>
    [JsonPropertyName("image_start")]
    public string? ImageStart { get; init; }

    /// <summary>Links to images.</summary>
    [JsonPropertyName("image_urls")]
    public IReadOnlyList<string>? ImageUrls { get; init; }

    /// <summary>Links to videos; with them, the video made is at most 10 s long, and their seconds are billed.</summary>
    [JsonPropertyName("video_urls")]
    public IReadOnlyList<string>? VideoUrls { get; init; }

    /// <summary><c>16:9</c> (default), <c>9:16</c>, <c>1:1</c>, <c>4:3</c> or <c>3:4</c>.</summary>
    [JsonPropertyName("aspect_ratio")]
    public string? AspectRatio { get; init; }
}

/// <summary>Source-generated JSON of the typed requests; absent values are left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Wan26TextToVideoRequest))]
[JsonSerializable(typeof(Wan26ReferenceVideoRequest))]
[JsonSerializable(typeof(Wan27TextToVideoRequest))]
[JsonSerializable(typeof(Wan27ImageToVideoRequest))]
[JsonSerializable(typeof(Wan27ReferenceVideoRequest))]
internal sealed partial class WanJsonContext : JsonSerializerContext;
