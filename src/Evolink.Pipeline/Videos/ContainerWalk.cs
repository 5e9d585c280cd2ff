namespace Evolink.Pipeline.Videos;

/// <summary>
/// Follows the structure of a video file as its bytes pass by, in order, to tell whether the file is complete by its own account. Payload
/// is skipped: it costs nothing per byte, and no memory.
/// </summary>
internal abstract class ContainerWalk
{
    /// <summary>
    /// What the bytes so far lack to be a complete file, in words that go on after "the file"; null where they lack nothing.
    /// </summary>
    public abstract string? Missing { get; }

    /// <summary>The walk for a content type of <see cref="MediaType"/>.</summary>
    public static ContainerWalk Of(string contentType) => contentType switch
    {
        VideoType.Mp4 => new Mp4Boxes(),
        _ when MediaType.IsVideo(contentType) => new MatroskaElements(),
        _ => new PictureEnd(contentType),
    };

    /// <summary>The next bytes of the file.</summary>
    public abstract void Append(ReadOnlySpan<byte> bytes);
}
