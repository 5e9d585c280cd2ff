namespace Evolink.Client;

/// <summary>The rules of <c>POST /v1/videos/generations</c> for <c>wan2.6-image-to-video</c>.</summary>
public static class VideoGenerationRequestValidator
{
    /// <summary>Most characters (Unicode code points) of a prompt.</summary>
    public const int MaxPromptLength = 1500;

    /// <summary>Shortest video, in seconds.</summary>
    public const int MinDuration = 2;

    /// <summary>Longest video, in seconds.</summary>
    public const int MaxDuration = 15;

    /// <summary>Most characters of a callback url.</summary>
    public const int MaxCallbackUrlLength = 2048;

    /// <summary>Finds every mistake of a request, in the order of its fields; empty when there is none.</summary>
    public static IReadOnlyList<ValidationIssue> Validate(VideoGenerationRequest request, ValidationOptions? options = null) =>
        throw new NotSupportedException("Follows.");
}
