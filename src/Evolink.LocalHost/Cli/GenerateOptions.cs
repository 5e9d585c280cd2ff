namespace Evolink.LocalHost.Cli;

/// <summary>What <c>generate</c> was asked for.</summary>
internal sealed record GenerateOptions
{
    private const int ShownOfIdentity = 16;

    /// <summary>Links, files, and patterns of files.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    /// <summary>What is the same for every image.</summary>
    public required VideoGenerationRequest Request { get; init; }

    /// <summary>The caller's own; <see langword="null"/>: every run is something new.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether pictures that Evolink would not take are made to fit.</summary>
    public bool Fit { get; init; }

    public string? Out { get; init; }

    public bool Json { get; init; }

    /// <summary>The app to send it to; where none runs, one is run for it.</summary>
    public required AppConnection Connection { get; init; }

    public required Hosting.LocalEnvironmentOptions Local { get; init; }

    /// <summary>The key of one image's generation. Of several, each has one that follows from the image, whatever else is there.</summary>
    public string KeyOf(InputImage image, int images) => IdempotencyKey switch
    {
        null => string.Create(CultureInfo.InvariantCulture, $"generate-{Guid.NewGuid():N}"),
        { } key when images == 1 => key,
        { } key => $"{key}.{image.Identity[..ShownOfIdentity]}",
    };
}
