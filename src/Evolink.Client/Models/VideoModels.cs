using System.Collections.Immutable;

namespace Evolink.Client;

/// <summary>
/// The models that are known in full: the wan family, by Evolink's own pages of November 2026. Of the others, which come and go every
/// month, only that is checked which holds for all.
/// </summary>
public static class VideoModels
{
    private const int Seconds = 15;
    private const int LongPrompt = 5000;

    private static readonly VideoModelField Duration =
        new("duration", VideoModelFieldKind.Integer) { Min = VideoGenerationRequestValidator.MinDuration, Max = Seconds, Default = "5" };

    private static readonly VideoModelField Quality =
        new("quality", VideoModelFieldKind.Text) { Choices = ["720p", "1080p"], Default = "\"720p\"" };

    private static readonly VideoModelField AspectRatio =
        new("aspect_ratio", VideoModelFieldKind.Text) { Choices = ["16:9", "9:16", "1:1", "4:3", "3:4"], Default = "\"16:9\"" };

    private static readonly VideoModelField ShotType = new("model_params", VideoModelFieldKind.Object)
    {
        Fields = [new("shot_type", VideoModelFieldKind.Text) { Choices = ["single", "multi"], Default = "\"single\"" }],
    };

    private static readonly ImmutableArray<VideoModelField> Wan26Image =
    [
        Prompt(VideoGenerationRequestValidator.MaxPromptLength), Duration, Quality,
        new("image_urls", VideoModelFieldKind.Links) { IsRequired = true, Min = 1, Max = 1, Media = MediaKind.Image },
        Extend(true), ShotType,
        new("audio_url", VideoModelFieldKind.Link) { Media = MediaKind.Audio },
    ];

    private static readonly ImmutableArray<VideoModelField> Wan26Reference =
    [
        Prompt(VideoGenerationRequestValidator.MaxPromptLength), Duration, Quality, AspectRatio,
        new("video_urls", VideoModelFieldKind.Links) { IsRequired = true, Min = 1, Max = 3, Media = MediaKind.Video, AllowsHttp = true },
        Extend(true), ShotType,
    ];

    // What every model of the second generation takes.
    private static readonly ImmutableArray<VideoModelField> Wan27 =
    [
        Prompt(LongPrompt), new("negative_prompt", VideoModelFieldKind.Text) { MaxLength = 500 }, Duration, Quality,
        new("seed", VideoModelFieldKind.Integer) { Min = 1, Max = int.MaxValue }, Extend(false),
    ];

    private static readonly VideoModelField Parameters = new("model_params", VideoModelFieldKind.Object);

    // Evolink's blog of May 2026: 0.086 USD at 720p, 0.144 USD at 1080p; 68 credits are a dollar.
    private static readonly ImmutableSortedDictionary<string, decimal> Wan27Price =
        ImmutableSortedDictionary<string, decimal>.Empty.Add("720p", 5.85m).Add("1080p", 9.8m);

    /// <summary>All that are known, by name.</summary>
    public static IReadOnlyDictionary<string, VideoModel> All { get; } = new VideoModel[]
    {
        new(VideoGenerationRequest.Wan26ImageToVideo, Wan26Image),
        new(VideoGenerationRequest.Wan26ImageToVideoFlash, Wan26Image),
        new("wan2.6-text-to-video",
            [Prompt(VideoGenerationRequestValidator.MaxPromptLength), Duration, Quality, AspectRatio, Extend(true), ShotType]),
        new("wan2.6-reference-video", Wan26Reference) { BillsInput = true },
        new("wan2.6-reference-video-flash", Wan26Reference) { BillsInput = true },
        new("wan2.7-text-to-video", [.. Wan27, AspectRatio, Audio, Parameters]) { CreditsPerSecond = Wan27Price },
        new("wan2.7-image-to-video",
            [
                .. Wan27,
                new("generation_mode", VideoModelFieldKind.Text) { Choices = ["first_frame", "first_last_frame", "video_continuation"] },
                Frame("image_start"), Frame("image_end"), Videos(1), Audio, Parameters,
            ])
        {
            OneOf = ["image_start", "video_urls"],
            Modes =
            [
                new("first_frame", ["image_start"], ["image_end", "video_urls"]),
                new("first_last_frame", ["image_start", "image_end"], ["video_urls"]),
                new("video_continuation", ["video_urls"], ["image_start", "audio_urls"]),
            ],
            CreditsPerSecond = Wan27Price,
        },
        new("wan2.7-reference-video",
            [
                .. Wan27, AspectRatio, Frame("image_start"),
                new("image_urls", VideoModelFieldKind.Links) { Max = 5, Media = MediaKind.Image },
                Videos(5), new("audio_urls", VideoModelFieldKind.Links) { Max = 5, Media = MediaKind.Audio }, Parameters,
            ])
        {
            OneOf = ["image_urls", "video_urls"],
            Together = ["image_urls", "video_urls"],
            MostTogether = 5,
            MaxDurationWithVideos = 10,
            CreditsPerSecond = Wan27Price,
            BillsInput = true,
        },
    }.ToImmutableSortedDictionary(static model => model.Name, static model => model, StringComparer.Ordinal);

    private static VideoModelField Audio => new("audio_urls", VideoModelFieldKind.Links) { Max = 1, Media = MediaKind.Audio };

    /// <summary>What is known of a model; <see langword="null"/> where that is nothing.</summary>
    public static VideoModel? Find(string? name) => name is null ? null : All.GetValueOrDefault(name);

    private static VideoModelField Prompt(int most) =>
        new("prompt", VideoModelFieldKind.Text) { IsRequired = true, MaxLength = most };

    private static VideoModelField Extend(bool isDefault) =>
        new("prompt_extend", VideoModelFieldKind.Boolean) { Default = isDefault ? "true" : "false" };

    private static VideoModelField Frame(string name) => new(name, VideoModelFieldKind.Link) { Media = MediaKind.Image };

    private static VideoModelField Videos(int most) => new("video_urls", VideoModelFieldKind.Links) { Max = most, Media = MediaKind.Video };
}
