using System.IO.Enumeration;

namespace Evolink.Simulator;

/// <summary>The models that the simulator answers for: any, for they come and go at Evolink, too.</summary>
internal static class ServedModels
{
    private const int MostName = 100;

    // What Evolink listed in November 2026; a few of some sixty.
    private static readonly string[] Listed =
    [
        "wan2.6-image-to-video", "wan2.6-image-to-video-flash", "wan2.6-text-to-video", "wan2.6-reference-video", "wan2.6-reference-video-flash",
        "wan2.7-text-to-video", "wan2.7-image-to-video", "wan2.7-reference-video", "kling-o1-image-to-video", "kling-o1-video-edit-fast",
        "kling-o3-image-to-video", "kling-v3-motion-control", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-02", "seedance-1.5-pro", "seedance-2.0-lite",
        "sora-2-pro", "veo3.1-fast", "grok-imagine-video",
    ];

    /// <summary>Whether a text can be the name of a model.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= MostName
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "._-:/".Contains(letter, StringComparison.Ordinal));

    /// <summary>Whether the key may use a model.</summary>
    public static bool Allows(IReadOnlyList<string> patterns, string model) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, model, ignoreCase: false));

    /// <summary>The models that the key's list holds.</summary>
    public static IEnumerable<string> List(IReadOnlyList<string> patterns) => Listed.Where(model => Allows(patterns, model));
}
