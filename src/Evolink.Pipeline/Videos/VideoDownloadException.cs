namespace Evolink.Pipeline.Videos;

/// <summary>A result link did not lead to a video. The message names the host, never the link.</summary>
public sealed class VideoDownloadException(DownloadFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of failure it is.</summary>
    public DownloadFailure Failure { get; } = failure;
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

    /// <summary>Its parts are not those of one version: only one stream can give it whole.</summary>
    Changed,
}
