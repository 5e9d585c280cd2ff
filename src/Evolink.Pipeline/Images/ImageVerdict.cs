namespace Evolink.Pipeline.Images;

/// <summary>What a check of an image found.</summary>
/// <param name="Kind">Its kind; null where it was refused.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Problem">Why it was refused, and what would be right; null where it was not.</param>
public sealed record ImageVerdict(ImageKind? Kind, int Width, int Height, string? Problem)
{
    internal static ImageVerdict Refused(string problem) => new(null, 0, 0, problem);
}
