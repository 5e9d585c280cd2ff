using System.Net;
using System.Net.Http.Headers;

namespace Evolink.Pipeline.Videos;

/// <summary>What the head of an answer to a link tells.</summary>
internal abstract record ResultHead
{
    private ResultHead()
    {
    }

    /// <summary>The body is the whole result.</summary>
    /// <param name="Length">Its length, where the server promises one.</param>
    public sealed record Whole(long? Length) : ResultHead;

    /// <summary>The body is the part that was asked for.</summary>
    /// <param name="Total">Length of the whole.</param>
    /// <param name="Version">Its version, where the server names one that means the very same bytes.</param>
    public sealed record Part(long Total, EntityTagHeaderValue? Version) : ResultHead;

    /// <summary>The server has the result, but does not understand the part as it was meant: it has to be asked for the whole.</summary>
    public sealed record NoParts : ResultHead;

    /// <summary>It gives no result.</summary>
    /// <param name="Failure">What that means.</param>
    /// <param name="Status">Its status.</param>
    public sealed record Refused(DownloadFailure Failure, int Status) : ResultHead;

    /// <summary>Reads the head of an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="asked">The part that was asked for, if one was.</param>
    public static ResultHead Of(HttpResponseMessage response, RangeRequest? asked) => response.StatusCode switch
    {
        HttpStatusCode.OK => new Whole(response.Content.Headers.ContentLength),
        HttpStatusCode.PartialContent when asked is not null => PartOf(response, asked),
        HttpStatusCode.RequestedRangeNotSatisfiable when asked is not null => new NoParts(),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone =>
            new Refused(DownloadFailure.LinkDead, (int)response.StatusCode),
        _ => new Refused(DownloadFailure.Unavailable, (int)response.StatusCode),
    };

    private static ResultHead PartOf(HttpResponseMessage response, RangeRequest asked)
    {
        if (response.Content.Headers.ContentRange is not { Unit: "bytes", From: { } from, To: { } to, Length: { } total }
            || from != asked.From || to != Math.Min(asked.To, total - 1)
            || (response.Content.Headers.ContentLength is { } length && length != to - from + 1))
        {
            return new NoParts();
        }

        EntityTagHeaderValue? version = response.Headers.ETag;
        return new Part(total, version is { IsWeak: false, Tag: not "*" } ? version : null);
    }
}
