using System.IO.Enumeration;
using Evolink.Client;
using Evolink.Pipeline.Options;

namespace Evolink.Pipeline.Generations;

/// <summary>What a request may hold, where it came in.</summary>
/// <param name="OwnBases">Addresses under which this app is reached: a link to an image there names the client's own image.</param>
/// <param name="AllowLoopback">Development only: links to this machine pass.</param>
/// <param name="AllowUnknown">Whether unknown properties are passed on to Evolink instead of refused.</param>
public sealed record RequestRules(IReadOnlyList<Uri> OwnBases, bool AllowLoopback, bool AllowUnknown)
{
    /// <summary>Properties that stand beside the request's own in the same object and are read by somebody else.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>Models that are allowed, with <c>*</c> for any characters; empty: all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    internal ValidationOptions Validation { get; } = new() { AllowLoopback = AllowLoopback };

    /// <summary>The rules by the app's settings.</summary>
    public static RequestRules Of(EvolinkOptions options, IReadOnlyList<Uri> ownBases) =>
        new(ownBases, options.AllowLoopback, options.AllowUnknownFields) { Models = [.. options.Models] };

    /// <summary>Whether a model is allowed.</summary>
    public bool Allows(string model) => Models.Count == 0
        || Models.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, model, ignoreCase: false));
}
