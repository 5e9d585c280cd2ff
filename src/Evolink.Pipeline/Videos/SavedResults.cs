using System.Collections.Immutable;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Videos;

/// <summary>The results of a task that are in storage.</summary>
/// <param name="Files">What is there, in Evolink's order.</param>
/// <param name="Of">How many there are to be.</param>
public sealed record SavedResults(ImmutableArray<SavedVideo> Files, int Of)
{
    /// <summary>How many of the others are pictures by their links, and none by their bytes: there is nothing to be saved of them.</summary>
    public int NoMedia { get; init; }

    /// <summary>Why the first of those that are missing could not be had; null where none was tried, or none is missing.</summary>
    public VideoDownloadException? Failure { get; init; }

    /// <summary>The first video among them.</summary>
    public SavedVideo? Video => Files.FirstOrDefault(file => MediaType.IsVideo(file.ContentType));

    /// <summary>Whether nothing is missing, and there is a video.</summary>
    public bool IsComplete => Files.Length + NoMedia == Of && Video is not null;
}
