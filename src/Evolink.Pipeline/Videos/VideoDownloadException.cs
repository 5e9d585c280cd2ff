namespace Evolink.Pipeline.Videos;

/// <summary>A result link did not lead to a video. The message names the host, never the link.</summary>
public sealed class VideoDownloadException(DownloadFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of failure it is.</summary>
    public DownloadFailure Failure { get; } = failure;

    /// <summary>The status with which the host refused; null where it did not.</summary>
    public int? Status { get; init; }

    /// <summary>
    /// What was learnt about the host: whether the next try begins with one stream, for ranged reads failed (true), or with ranged reads,
    /// for one stream broke off (false); null for neither.
    /// </summary>
    public bool? AsOneStream { get; init; }
}

/// <summary>Why a download failed, as far as it matters for what to do next.</summary>
public enum DownloadFailure
{
    /// <summary>The link does not work (any more): a fresh one may.</summary>
    LinkDead,

    /// <summary>The other side did not deliver: time-out, broken connection, server error.</summary>
    Unavailable,

    /// <summary>The link may not be opened.</summary>
    Blocked,

    /// <summary>What came is no video.</summary>
    NotAVideo,

    /// <summary>It is larger than <c>Evolink:MaxVideoBytes</c>.</summary>
    TooLarge,

    /// <summary>What came is a video, but not all of it.</summary>
    Incomplete,

    /// <summary>Its parts cannot be had, or are not those of one version: only one stream can give it whole.</summary>
    NotInParts,
}
