using System.Globalization;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Videos;

/// <summary>A result that is in storage, as its blob tells it.</summary>
/// <param name="File">The file.</param>
/// <param name="Number">Its place among the results, from 1 on.</param>
/// <param name="Count">How many results there are to be.</param>
internal sealed record FoundResult(SavedVideo File, int Number, int Count)
{
    /// <summary>Reads a blob; null where it is not one of the attempt's results.</summary>
    public static FoundResult? Of(
        Attempt attempt, string name, long? length, string? contentType, DateTimeOffset? createdOn, IDictionary<string, string>? metadata)
    {
        Dictionary<string, string> texts = new(metadata ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
        return texts.GetValueOrDefault(VideoStore.TaskKey) == attempt.TaskId && texts.GetValueOrDefault(VideoStore.HashKey) is { } sha256
            ? new FoundResult(
                new SavedVideo(name, length ?? 0, sha256, contentType ?? VideoType.Mp4, createdOn ?? default),
                NumberIn(texts, VideoStore.NumberKey),
                NumberIn(texts, VideoStore.CountKey))
            : null;
    }

    private static int NumberIn(Dictionary<string, string> texts, string key) =>
        int.TryParse(texts.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 1;
}
