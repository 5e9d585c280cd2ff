using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>
/// What goes wrong with the download of a result. Faults of the <em>link</em> (<see cref="DeadLink"/>, <see cref="OddLink"/>) hold for the
/// links they name; the others are used up one after the other by the GETs, each <see cref="Times"/> times.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DeadLink), "dead_link")]
[JsonDerivedType(typeof(OddLink), "odd_link")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Html), "html")]
[JsonDerivedType(typeof(Junk), "junk")]
[JsonDerivedType(typeof(Empty), "empty")]
[JsonDerivedType(typeof(NoLength), "no_length")]
[JsonDerivedType(typeof(Cut), "cut")]
[JsonDerivedType(typeof(Half), "half")]
[JsonDerivedType(typeof(Encoded), "encoded")]
[JsonDerivedType(typeof(Stall), "stall")]
[JsonDerivedType(typeof(Redirect), "redirect")]
[JsonDerivedType(typeof(RedirectLoop), "redirect_loop")]
[JsonDerivedType(typeof(Oversized), "oversized")]
[JsonDerivedType(typeof(Endless), "endless")]
[JsonDerivedType(typeof(IgnoresRange), "ignores_range")]
[JsonDerivedType(typeof(RefusesRange), "refuses_range")]
[JsonDerivedType(typeof(ChangesETag), "changes_etag")]
[JsonDerivedType(typeof(Slow), "slow")]
public abstract record ResultFault
{
    private ResultFault()
    {
    }

    /// <summary>How many GETs it spoils; <see langword="null"/>: all. Without meaning for faults of the link.</summary>
    public int? Times { get; init; }

    /// <summary>The first links that are handed out are dead; only one from a later read of the task works.</summary>
    /// <param name="Status">403 or 404.</param>
    /// <param name="Links">How many links are dead.</param>
    public sealed record DeadLink(int Status = 403, int Links = 1) : ResultFault;

    /// <summary>A link with <c>~ * + %</c> in it and 2 KB of query, that works only when it comes back byte for byte.</summary>
    public sealed record OddLink : ResultFault;

    /// <summary>An error status.</summary>
    /// <param name="Status">Such as 403, 404, 500, 503.</param>
    public sealed record Refused(int Status = 403) : ResultFault;

    /// <summary>200 with an HTML page.</summary>
    public sealed record Html : ResultFault;

    /// <summary>The right content type, and bytes that are no video.</summary>
    public sealed record Junk : ResultFault;

    /// <summary>200 with no bytes.</summary>
    public sealed record Empty : ResultFault;

    /// <summary>The right video without <c>Content-Length</c>.</summary>
    public sealed record NoLength : ResultFault;

    /// <summary>The connection is closed cleanly (TCP FIN) before the end of the video.</summary>
    /// <param name="Fraction">How much of the video is sent, 0 to 1.</param>
    /// <param name="Declared">Whether <c>Content-Length</c> told the full length; without it the client cannot see the cut in HTTP.</param>
    public sealed record Cut(double Fraction = 0.5, bool Declared = true) : ResultFault;

    /// <summary>The first bytes of the video only, served as if they were all: HTTP tells nothing of it.</summary>
    /// <param name="Fraction">How much of the video there is, 0 to 1.</param>
    public sealed record Half(double Fraction = 0.5) : ResultFault;

    /// <summary>The right video with a <c>Content-Encoding</c> that nobody asked for.</summary>
    /// <param name="Label">The header.</param>
    /// <param name="Really">Whether the body is compressed with gzip indeed; otherwise the header is false.</param>
    public sealed record Encoded(string Label = "aws-chunked", bool Really = false) : ResultFault;

    /// <summary>Some bytes, then none, with the connection open.</summary>
    /// <param name="Fraction">How much of the video is sent, 0 to 1.</param>
    public sealed record Stall(double Fraction = 0.5) : ResultFault;

    /// <summary>A redirect.</summary>
    /// <param name="Location">Where to.</param>
    public sealed record Redirect(string Location) : ResultFault;

    /// <summary>A redirect to itself.</summary>
    public sealed record RedirectLoop : ResultFault;

    /// <summary>A video of a given size.</summary>
    /// <param name="Bytes">Its size.</param>
    /// <param name="Declared">Whether <c>Content-Length</c> tells it.</param>
    public sealed record Oversized(long Bytes, bool Declared = true) : ResultFault;

    /// <summary>A video without end, and without <c>Content-Length</c>.</summary>
    public sealed record Endless : ResultFault;

    /// <summary>Answers a range request with 200 and everything.</summary>
    public sealed record IgnoresRange : ResultFault;

    /// <summary>Refuses a range request.</summary>
    /// <param name="Status">How.</param>
    /// <param name="Later">Whether the range at the begin of the video is served all the same.</param>
    public sealed record RefusesRange(int Status = 403, bool Later = false) : ResultFault;

    /// <summary>Every answer has another <c>ETag</c>.</summary>
    public sealed record ChangesETag : ResultFault;

    /// <summary>The right video, slowly.</summary>
    /// <param name="BytesPerSecond">How slowly.</param>
    public sealed record Slow(int BytesPerSecond) : ResultFault;
}
