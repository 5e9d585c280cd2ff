using System.Net.Http.Headers;

namespace Evolink.Pipeline.Videos;

/// <summary>A part of a result that is asked for.</summary>
/// <param name="From">First byte.</param>
/// <param name="To">Last byte, counted in.</param>
/// <param name="Version">The version that is meant; of another one the server sends everything (RFC 9110, If-Range).</param>
internal sealed record RangeRequest(long From, long To, EntityTagHeaderValue? Version);
