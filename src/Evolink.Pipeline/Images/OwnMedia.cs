using System.Text.Json;
using Evolink.Client;

namespace Evolink.Pipeline.Images;

/// <summary>A file of the client's own, uploaded here, that a request names by its link.</summary>
/// <param name="Link">The link, as it stands in the request.</param>
/// <param name="Name">Name of the file: SHA-256, hexadecimal.</param>
public sealed record OwnMedia(string Link, string Name)
{
    /// <summary>Where in the request it stands, as in <c>image_urls[0]</c>; the first place of several.</summary>
    public string Place { get; init; } = string.Empty;

    /// <summary>What the link says that it is.</summary>
    public MediaKind Kind => ImageLinks.KindOf(Link);

    /// <summary>The files that a request names, wherever their links stand in it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ownBases">Addresses under which this app is reached.</param>
    public static IReadOnlyList<OwnMedia> Of(VideoGenerationRequest request, IReadOnlyList<Uri> ownBases) =>
        [.. Places(request.ToJson(), ownBases).DistinctBy(media => media.Link, StringComparer.Ordinal)];

    /// <summary>Every place at which a request names a file of the client's own.</summary>
    internal static IEnumerable<OwnMedia> Places(JsonElement body, IReadOnlyList<Uri> ownBases) =>
        from value in Links(body)
        let link = value.Text
        let name = ImageLinks.Own(link, ownBases)
        where name is not null
        select new OwnMedia(link, name) { Place = value.Path };

    /// <summary>The links that lead to this app and name no file of a client's: nothing that could be given to anybody.</summary>
    internal static IEnumerable<string> Astray(JsonElement body, IReadOnlyList<Uri> ownBases) =>
        from value in Links(body)
        where JsonWalk.IsLink(value)
        let link = value.Text
        where ImageLinks.Own(link, ownBases) is null && ImageLinks.LeadsTo(link, ownBases)
        select value.Path;

    // What is the client's own is not sent: there a link stays what it is.
    private static IEnumerable<PlacedValue> Links(JsonElement body) => JsonWalk.Values(body).Where(value =>
        value.Text is not null && value.Root is not ("callback_url" or "reference" or "metadata")
        && !value.Field.Contains("prompt", StringComparison.OrdinalIgnoreCase));
}
