using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;

namespace Evolink.Functions.Generations;

/// <summary>A checked request on its way in.</summary>
/// <param name="Source">Where it came from: <c>http</c>, <c>queue</c>, <c>blob</c> or <c>batch</c>.</param>
/// <param name="Client">Name of the client that will own the job.</param>
/// <param name="Request">What shall be generated.</param>
/// <param name="Key">Its identity within source and client; null where it has none and every delivery is a new job.</param>
/// <param name="OwnBases">Addresses under which this app is reached: a link to an image there names the client's own image.</param>
public sealed record NewGeneration(string Source, string Client, VideoGenerationRequest Request, string? Key, IReadOnlyList<Uri> OwnBases)
{
    /// <summary>The client's own files that it names.</summary>
    public IReadOnlyList<OwnMedia> Media { get; } = OwnMedia.Of(Request, OwnBases);

    /// <summary>What it was made from, where that is no request over HTTP.</summary>
    public JobOrigin? Origin { get; init; }

    /// <summary>Source of what is asked for over HTTP.</summary>
    public const string Http = "http";

    /// <summary>Whether it waits, already accepted, while its client is over a limit. Over HTTP somebody is there to be told, and is refused.</summary>
    public bool Waits => Source != Http;
}
