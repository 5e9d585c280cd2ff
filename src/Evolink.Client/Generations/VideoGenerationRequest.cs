using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>
/// The body of <c>POST /v1/videos/generations</c>: with these properties for <c>wan2.6-image-to-video</c> and its <c>-flash</c>, and by
/// <see cref="Of(string, System.Text.Json.Nodes.JsonObject)"/> for every other model.
/// </summary>
/// <remarks>Nothing is checked here: the validator holds the rules.</remarks>
public sealed partial record VideoGenerationRequest
{
    /// <summary>The model that these properties are of: <c>wan2.6-image-to-video</c>.</summary>
    public const string Wan26ImageToVideo = "wan2.6-image-to-video";

    /// <summary>The faster one, with the same fields: <c>wan2.6-image-to-video-flash</c>.</summary>
    public const string Wan26ImageToVideoFlash = "wan2.6-image-to-video-flash";

    /// <summary>The model's name. Required.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; } = Wan26ImageToVideo;

    /// <summary>What the video shall show. Required, at most 1500 characters (Unicode code points).</summary>
    [JsonPropertyName("prompt")]
    public string? Prompt { get; init; }

    /// <summary>Length of the video in seconds, 2 to 15; Evolink chooses when it is left out. The pre-charge follows it.</summary>
    [JsonPropertyName("duration"), JsonConverter(typeof(WholeNumberConverter))]
    public int? Duration { get; init; }

    /// <summary><c>720p</c> (default) or <c>1080p</c>.</summary>
    [JsonPropertyName("quality")]
    public string? Quality { get; init; }

    /// <summary>Exactly one link to the first frame: jpeg, png without alpha, bmp or webp, at most 10 MB, each side 360 to 2000 pixels.</summary>
    [JsonPropertyName("image_urls")]
    public IReadOnlyList<string>? ImageUrls { get; init; }

    /// <summary>Whether Evolink may rewrite the prompt. Default <see langword="true"/>.</summary>
    [JsonPropertyName("prompt_extend")]
    public bool? PromptExtend { get; init; }

    /// <summary>Parameters of the model.</summary>
    [JsonPropertyName("model_params")]
    public VideoModelParameters? ModelParams { get; init; }

    /// <summary>Link to an mp3 of 3 to 30 s and at most 15 MB that the video is made to.</summary>
    [JsonPropertyName("audio_url")]
    public string? AudioUrl { get; init; }

    /// <summary>Where Evolink calls when the task is completed, failed or cancelled: https, public, at most 2048 characters.</summary>
    [JsonPropertyName("callback_url")]
    public string? CallbackUrl { get; init; }

    /// <summary>
    /// The client's own name for it, at most 256 characters. An Evolink.Functions app keeps it and tells it; Evolink itself does not know it.
    /// </summary>
    [JsonPropertyName("reference")]
    public string? Reference { get; init; }

    /// <summary>
    /// Up to 16 texts of the client's own, each of at most 256 characters, by names of 1 to 40 characters of <c>[A-Za-z0-9_]</c>.
    /// An Evolink.Functions app keeps them and tells them; Evolink itself does not know them.
    /// </summary>
    [JsonPropertyName("metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Properties that this version does not know; they are sent as they are.</summary>
    /// <remarks>Settable, because generated JSON code cannot fill extension data that is init-only.</remarks>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalProperties { get; set; }
}

/// <summary>The <c>model_params</c> of a generation.</summary>
public sealed record VideoModelParameters
{
    /// <summary><c>single</c> (default) or <c>multi</c>; only effective, and only accepted, while prompt rewriting is on.</summary>
    [JsonPropertyName("shot_type")]
    public string? ShotType { get; init; }

    /// <summary>Properties that this version does not know; they are sent as they are.</summary>
    /// <remarks>Settable, because generated JSON code cannot fill extension data that is init-only.</remarks>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalProperties { get; set; }
}
