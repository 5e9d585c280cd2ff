using System.Collections.Immutable;

namespace Evolink.Client;

/// <summary>What is known of a model: the fields of its requests, their limits, and what a second costs.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Fields">Its fields, but for <c>model</c>, <c>callback_url</c>, and what this client's side adds (<c>reference</c>, <c>metadata</c>).</param>
public sealed record VideoModel(string Name, ImmutableArray<VideoModelField> Fields)
{
    /// <summary>Fields of which one has to be there.</summary>
    public ImmutableArray<string> OneOf { get; init; } = [];

    /// <summary>Lists of links that have a limit together.</summary>
    public ImmutableArray<string> Together { get; init; } = [];

    /// <summary>Most links of the lists <see cref="Together"/>.</summary>
    public int MostTogether { get; init; }

    /// <summary>The modes of <c>generation_mode</c>, with what each needs and does not take; empty where the model has none.</summary>
    public ImmutableArray<VideoModelMode> Modes { get; init; } = [];

    /// <summary>Longest video where <c>video_urls</c> are given, in seconds; <see langword="null"/>: as without.</summary>
    public int? MaxDurationWithVideos { get; init; }

    /// <summary>Seconds of the video where <c>duration</c> is left out.</summary>
    public int DefaultDuration { get; init; } = 5;

    /// <summary>
    /// Credits of a second of video by quality, as Evolink's price list had them (it is no promise: what is charged stands in the task);
    /// empty where it is not known.
    /// </summary>
    public ImmutableSortedDictionary<string, decimal> CreditsPerSecond { get; init; } = ImmutableSortedDictionary<string, decimal>.Empty;

    /// <summary>Whether the seconds of the videos given are billed, too.</summary>
    public bool BillsInput { get; init; }

    /// <summary>
    /// Where an image goes that is given without a field: <c>image_urls</c>, else the first that takes one; none takes any where it is
    /// <see langword="null"/>.
    /// </summary>
    public VideoModelField? ImageField => Field("image_urls") ?? Fields.FirstOrDefault(static taken => taken.Media == MediaKind.Image);

    /// <summary>The field of a name; <see langword="null"/> where it has none.</summary>
    public VideoModelField? Field(string name) => Fields.FirstOrDefault(field => field.Name == name);
}

/// <summary>One way in which a model makes videos.</summary>
/// <param name="Name">The value of <c>generation_mode</c>.</param>
/// <param name="Needs">Fields that have to be there.</param>
/// <param name="Refuses">Fields that must not be.</param>
public sealed record VideoModelMode(string Name, ImmutableArray<string> Needs, ImmutableArray<string> Refuses);
