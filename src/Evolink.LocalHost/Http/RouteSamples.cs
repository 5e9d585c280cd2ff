using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Template;

namespace Evolink.LocalHost.Http;

/// <summary>Paths that a route matches, for asking who else would take them.</summary>
internal static class RouteSamples
{
    /// <summary>Enough to try a route that takes every method.</summary>
    public static readonly ImmutableArray<string> Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    // One value at least that satisfies each of the usual constraints, and that no literal of an app is likely to be.
    private static readonly string?[] Values =
    [
        null, "zq7", "zqzqzqzqzqzqzqzqzqzq", "7", "731", "73.5", "true", "zqzq", "0d9f8f0e-6a3c-4a0e-9a55-3f6f1c1d7a11", "2026-01-31", "zq.mp4",
        new string('z', 64), new string('0', 64),
    ];

    private static readonly string?[] Tails = [null, "zq7", "zq7/zq8/zq9.mp4"];

    public static IReadOnlyList<PathString> Of(FunctionRoute route)
    {
        int parameters = route.Parsed.Parameters.Count;
        IEnumerable<PathString> paths = parameters == 0
            ? [Path(route.Parsed, null)]
            : Values.Concat(Tails).Select(value => Path(route.Parsed, value));
        return [.. paths.Distinct().Where(path => route.Matches(path, []))];
    }

    private static PathString Path(RouteTemplate template, string? value) =>
        new("/" + string.Join('/', template.Segments.Select(segment => Segment(segment, value)).Where(text => text.Length > 0)));

    private static string Segment(TemplateSegment segment, string? value) =>
        string.Concat(segment.Parts.Select(part => part.IsParameter ? value ?? part.DefaultValue?.ToString() ?? "" : part.Text));
}
