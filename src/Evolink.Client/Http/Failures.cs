namespace Evolink.Client;

/// <summary>Makes the exception of a request that failed.</summary>
internal static class Failures
{
    private const int MaxCode = 100;

    /// <summary>Says what was tried, what came, and what it means.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="action">What was tried, such as <c>reading the task</c>.</param>
    /// <param name="verdict">What it means.</param>
    /// <param name="prompt">The prompt, which Evolink may have echoed, as it may the key.</param>
    public static EvolinkException Of(ApiAnswer answer, string action, SubmitVerdict verdict, string? prompt = null)
    {
        ReadOnlySpan<string?> secrets = [answer.Key, prompt];
        var code = answer.Error?.Code is { Length: > 0 } given ? given[..Math.Min(given.Length, MaxCode)] : CodeOf(answer);
        var words = Discretion.Apply(answer.Error?.Message ?? Explain(answer), secrets);
        var status = answer.StatusCode is { } number ? $" (HTTP {number}, {Discretion.Apply(code, secrets)})" : "";
        return new EvolinkException($"Failed {action}{status}: {words}", verdict.Outcome, answer.Failure)
        {
            Code = code,
            ErrorMessage = answer.Error?.Message is null ? null : words,
            ErrorType = answer.Error?.Type,
            Param = answer.Error?.Param,
            Details = answer.Details,
            StatusCode = answer.StatusCode,
            RequestId = answer.RequestId,
            RetryAfter = answer.RetryAfter,
            IsTransient = answer.IsTransient,
            NeedsAttention = verdict.NeedsAttention,
        };
    }

    /// <summary>That an address which is not in the public contract is not offered.</summary>
    public static EvolinkException NotOffered(ApiAnswer answer, string action) =>
        new($"Failed {action} (HTTP {answer.StatusCode}): this address of Evolink's does not offer it.", SubmitOutcome.NotSent)
        {
            Code = EvolinkErrorCodes.NotOffered,
            StatusCode = answer.StatusCode,
            RequestId = answer.RequestId,
        };

    private static string CodeOf(ApiAnswer answer) => answer switch
    {
        { StatusCode: null } => answer.FailureCode ?? EvolinkErrorCodes.Unknown,
        { StatusCode: 403, IsEdgePage: true } => EvolinkErrorCodes.BlockedByEdge,
        { StatusCode: 401 } => EvolinkErrorCodes.Unauthorized,
        { IsSuccess: true } => EvolinkErrorCodes.UnreadableAnswer,
        _ => EvolinkErrorCodes.HttpError,
    };

    private static string Explain(ApiAnswer answer) => answer switch
    {
        { FailureCode: EvolinkErrorCodes.ConnectionFailed } => "No connection could be made. " + answer.Failure?.Message,
        { FailureCode: EvolinkErrorCodes.ConnectionLost } => "The connection broke before the answer came. " + answer.Failure?.Message,
        { FailureCode: EvolinkErrorCodes.TimedOut, MayHaveArrived: false } => "The request could not be sent in time.",
        { FailureCode: EvolinkErrorCodes.TimedOut } => "No answer came in time.",
        { FailureCode: EvolinkErrorCodes.CancelledInFlight } => "Cancelled by the caller after the request had begun to leave.",
        { FailureCode: EvolinkErrorCodes.SentAgain } =>
            "A handler of the HttpClient tried to send the paid request again, which was prevented; give it one that does not.",
        { FailureCode: EvolinkErrorCodes.Redirected } => "The HttpClient followed a redirect; give it a handler that does not.",
        { StatusCode: 403, IsEdgePage: true } => "An edge before the API refused the request with a page of its own; look at the User-Agent and the network it is sent from.",
        { IsSuccess: true, Failure: not null } => "The answer broke off.",
        { IsSuccess: true } => "The answer is not what the API promises.",
        { IsEdgePage: true } => "A page of HTML came instead of an answer.",
        { StatusCode: >= 300 and <= 399 } => "The address redirects elsewhere, where this is not followed.",
        _ => "The answer does not say why.",
    };
}
