namespace Evolink.Client;

/// <summary>Codes that this client gives where Evolink gave none.</summary>
public static class EvolinkErrorCodes
{
    /// <summary>Nothing is known.</summary>
    public const string Unknown = "unknown_error";

    /// <summary>The request is wrong, as Evolink would say.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The key was refused, by an answer that gives no code of its own (HTTP 401).</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>There is no usable API key.</summary>
    public const string ApiKeyMissing = "api_key_missing";

    /// <summary>No connection: refused, name not found, TLS failed.</summary>
    public const string ConnectionFailed = "connection_failed";

    /// <summary>The connection broke after the request had begun to leave.</summary>
    public const string ConnectionLost = "connection_lost";

    /// <summary>No answer within the time.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>The caller cancelled after the request had begun to leave.</summary>
    public const string CancelledInFlight = "cancelled_in_flight";

    /// <summary>An answer that is not what the API promises.</summary>
    public const string UnreadableAnswer = "unreadable_answer";

    /// <summary>An error status without an error envelope.</summary>
    public const string HttpError = "http_error";

    /// <summary>The caller's <see cref="HttpClient"/> followed a redirect, so that who answered cannot be known.</summary>
    public const string Redirected = "redirected";

    /// <summary>
    /// A handler of the caller's <see cref="HttpClient"/> tried to send a paid request again, after a redirect or a failure, which was
    /// prevented. What the first sending did is not known.
    /// </summary>
    public const string SentAgain = "sent_again";

    /// <summary>Evolink's edge refused the request.</summary>
    public const string BlockedByEdge = "blocked_by_edge";

    /// <summary>An address that is not in the public contract is not there, or speaks otherwise: to do without it is the answer.</summary>
    public const string NotOffered = "not_offered";

    /// <summary>The Files API said no.</summary>
    public const string UploadFailed = "upload_failed";

    /// <summary>The task has no video to download: it is not completed, or there is no link.</summary>
    public const string ResultMissing = "result_missing";

    /// <summary>The video arrived, but not with the length or the SHA-256 that was told of it.</summary>
    public const string DownloadDamaged = "download_damaged";

    /// <summary>The task did not end within the time given.</summary>
    public const string WaitExpired = "wait_expired";
}
