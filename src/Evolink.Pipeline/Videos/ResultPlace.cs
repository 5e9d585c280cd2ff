using System.Globalization;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Videos;

/// <summary>One of the results of a task.</summary>
/// <param name="Number">Its place in Evolink's list, from 1 on.</param>
/// <param name="Of">How many there are.</param>
/// <param name="MayBeFirstVideo">Whether all before it are known to be no videos.</param>
public sealed record ResultPlace(int Number, int Of, bool MayBeFirstVideo)
{
    /// <summary>The one result that a task mostly has.</summary>
    public static ResultPlace Only { get; } = new(1, 1, MayBeFirstVideo: true);

    /// <summary>Whether it may be something else than a video, which then stands beside it.</summary>
    internal bool IsAnyMedia => Of > 1;

    /// <summary>
    /// Name of its blob: <c>{id}.mp4</c> of the first video, else <c>{id}-{number}</c> with the extension of what it is. Who saves it again
    /// knows it by the place in its metadata, whatever its name.
    /// </summary>
    internal string BlobName(JobId id, int attempt, string contentType) => MayBeFirstVideo && MediaType.IsVideo(contentType)
        ? VideoStore.BlobName(id, attempt)
        : string.Create(CultureInfo.InvariantCulture, $"{VideoStore.Stem(id, attempt)}-{Number}.{MediaType.ExtensionOf(contentType)}");
}
