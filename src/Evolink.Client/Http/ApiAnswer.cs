using System.Text.Json;

namespace Evolink.Client;

/// <summary>What came of one request: an answer, or the reason why there is none.</summary>
internal sealed record ApiAnswer
{
    /// <summary>HTTP status, or <see langword="null"/> where no answer came; then there is a <see cref="FailureCode"/>.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The body as JSON; <see langword="null"/> where it was none, was cut, or was too long.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>The error envelope, if the body was one.</summary>
    public EvolinkError? Error { get; init; }

    /// <summary>The envelope's details, if there are any.</summary>
    public EvolinkErrorDetails? Details => Body is { } body ? EvolinkErrorDetails.Read(body) : null;

    public bool IsEdgePage { get; init; }

    public string? RequestId { get; init; }

    /// <summary>The key that was sent, to be removed from words; never told.</summary>
    public string? Key { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public bool IsReplay { get; init; }

    /// <summary>Whether Evolink may have seen the request.</summary>
    public bool MayHaveArrived { get; init; }

    /// <summary>One of <see cref="EvolinkErrorCodes"/>, where no answer came.</summary>
    public string? FailureCode { get; init; }

    public Exception? Failure { get; init; }

    /// <summary>Whether to try again is of no use, although no answer came.</summary>
    public bool IsFinal { get; init; }

    public bool IsSuccess => StatusCode is >= 200 and <= 299;

    /// <summary>
    /// Whether an address that may not exist does not: no such route, a page in its place, or JSON that is something else.
    /// </summary>
    public bool IsNotOffered => StatusCode switch
    {
        404 or 405 or 501 => true,
        >= 200 and <= 299 => Error is null && (Body is not null || IsEdgePage),
        _ => false,
    };

    /// <summary>What a submit with this answer did.</summary>
    public SubmitVerdict Judge(string? taskId = null) => SubmitOutcomes.Classify(new SubmitAnswer
    {
        BodyStarted = MayHaveArrived,
        StatusCode = StatusCode,
        TaskId = taskId,
        HasEnvelope = Error is not null,
        ErrorCode = Error?.Code,
        IsEdgePage = IsEdgePage,
    });

    /// <summary>Whether the same request may go through later.</summary>
    public bool IsTransient => StatusCode switch
    {
        null => FailureCode is not EvolinkErrorCodes.Redirected && !IsFinal,
        408 or 425 or 429 or >= 500 => true,
        // An answer that made no sense, or an edge that shows its page: both were seen to pass.
        >= 200 and <= 299 => Error is null,
        _ => IsEdgePage,
    };
}
