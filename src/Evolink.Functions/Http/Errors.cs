using System.Diagnostics;
using System.Globalization;
using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Limits;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Evolink.Functions.Http;

/// <summary>Error answers in Evolink's own envelope.</summary>
internal static class Errors
{
    public static JsonHttpResult<EvolinkErrorResponse> Invalid(IReadOnlyList<ValidationIssue> issues) => Envelope(
        StatusCodes.Status400BadRequest, "invalid_request", string.Join(' ', issues.Select(issue => issue.Message)), "invalid_request_error", issues[0].Param);

    public static JsonHttpResult<EvolinkErrorResponse> Unauthorized { get; } = Envelope(
        StatusCodes.Status401Unauthorized, "unauthorized", "The request needs 'Authorization: Bearer KEY' with a valid key.", "authentication_error");

    public static JsonHttpResult<EvolinkErrorResponse> NotFound(string what, string code = "not_found") => Envelope(
        StatusCodes.Status404NotFound, code, what, "invalid_request_error");

    // Another client's job is not there either.
    public static JsonHttpResult<EvolinkErrorResponse> NoSuchTask { get; } = NotFound("There is no such task, or it belongs to another client.", "task_not_found");

    public static JsonHttpResult<EvolinkErrorResponse> NoSuchBatch { get; } = NotFound("There is no such batch, or it belongs to another client.", "batch_not_found");

    public static JsonHttpResult<EvolinkErrorResponse> OperatorsOnly { get; } = Envelope(
        StatusCodes.Status403Forbidden, "permission_denied", "This is for operators: it needs a key from Evolink:OperatorKeys.", "invalid_request_error");

    public static JsonHttpResult<EvolinkErrorResponse> Conflict(string code, string message) => Envelope(
        StatusCodes.Status409Conflict, code, message, "invalid_request_error");

    public static JsonHttpResult<EvolinkErrorResponse> MethodNotAllowed(string method, string path, string allowed) => Envelope(
        StatusCodes.Status405MethodNotAllowed, "method_not_allowed", $"{path} takes {allowed}, not {method}.", "invalid_request_error");

    public static JsonHttpResult<EvolinkErrorResponse> IdempotencyConflict { get; } = Envelope(
        StatusCodes.Status409Conflict,
        "idempotency_conflict",
        "This Idempotency-Key was used before with another request. Use a new key for a new request, or send the same body again.",
        "invalid_request_error",
        "Idempotency-Key");

    public static JsonHttpResult<EvolinkErrorResponse> TaskRemoved { get; } = Envelope(
        StatusCodes.Status410Gone,
        "task_removed",
        "The task of this Idempotency-Key was deleted. Use a new key for a new one.",
        "invalid_request_error",
        "Idempotency-Key");

    public static JsonHttpResult<EvolinkErrorResponse> TooLarge(long limit) => Envelope(
        StatusCodes.Status413PayloadTooLarge, "payload_too_large", $"The body may have at most {limit:N0} bytes.", "invalid_request_error");

    public static JsonHttpResult<EvolinkErrorResponse> Encoded(string coding) => Envelope(
        StatusCodes.Status415UnsupportedMediaType,
        "unsupported_media_type",
        $"The body is encoded (Content-Encoding: {coding}); send it as it is, without that header.",
        "invalid_request_error",
        "Content-Encoding");

    public static JsonHttpResult<EvolinkErrorResponse> NotJson { get; } = Envelope(
        StatusCodes.Status415UnsupportedMediaType,
        "unsupported_media_type",
        "The body must be JSON: send it with Content-Type: application/json.",
        "invalid_request_error",
        "Content-Type");

    public static JsonHttpResult<EvolinkErrorResponse> ForeignOrigin { get; } = Envelope(
        StatusCodes.Status403Forbidden,
        "origin_not_allowed",
        "Pages of other origins may not call this; programs send no Origin.",
        "invalid_request_error",
        "Origin");

    public static JsonHttpResult<EvolinkErrorResponse> TooManyRequests(HttpResponse response, TimeSpan retryAfter) => RateLimited(
        response, retryAfter, "You have used up the requests of this minute.");

    public static JsonHttpResult<EvolinkErrorResponse> OverQuota(HttpResponse response, IntakeResult.OverQuota over) => over.Refusal switch
    {
        QuotaRefusal.InFlight full => RateLimited(response, over.RetryAfter, $"{full.Limit} of your generations are under way, which is the most that you may have at once."),
        QuotaRefusal.Credits credits => WithRetryAfter(response, over.RetryAfter, Envelope(
            StatusCodes.Status402PaymentRequired,
            "insufficient_quota",
            string.Create(CultureInfo.InvariantCulture, $"This generation takes about {credits.Wanted:0.##} credits; of your {credits.Limit:0.##} for today (UTC) {credits.Spent:0.##} are spent and {credits.Held:0.##} held back for what is under way."),
            "insufficient_quota")),
        _ => throw new UnreachableException(),
    };

    /// <summary>Why a generation was not accepted.</summary>
    public static JsonHttpResult<EvolinkErrorResponse> NotAccepted(HttpResponse response, IntakeResult result) => result switch
    {
        IntakeResult.Refused refused => Invalid(refused.Issues),
        IntakeResult.Conflict => IdempotencyConflict,
        IntakeResult.Removed => TaskRemoved,
        IntakeResult.OverQuota over => OverQuota(response, over),
        IntakeResult.NotReady notReady => NotReady(notReady.Missing),
        _ => throw new UnreachableException(),
    };

    private static JsonHttpResult<EvolinkErrorResponse> RateLimited(HttpResponse response, TimeSpan retryAfter, string message) => WithRetryAfter(
        response, retryAfter, Envelope(StatusCodes.Status429TooManyRequests, "rate_limit_exceeded", message, "rate_limit_error"));

    private static JsonHttpResult<EvolinkErrorResponse> WithRetryAfter(HttpResponse response, TimeSpan retryAfter, JsonHttpResult<EvolinkErrorResponse> error)
    {
        response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return error;
    }

    public static JsonHttpResult<EvolinkErrorResponse> NotReady(IReadOnlyList<string> missing) => Envelope(
        StatusCodes.Status503ServiceUnavailable, "service_not_configured", $"This service is not configured yet: {string.Join(", ", missing)} missing.", "api_error");

    public static JsonHttpResult<EvolinkErrorResponse> CallAgain { get; } = Envelope(
        StatusCodes.Status503ServiceUnavailable,
        "service_unavailable",
        "The task could not be read at the moment; please call again.",
        "api_error");

    public static JsonHttpResult<EvolinkErrorResponse> Internal { get; } = Envelope(
        StatusCodes.Status500InternalServerError, "internal_error", "Internal server error", "api_error");

    public static JsonHttpResult<EvolinkErrorResponse> Envelope(int status, string code, string message, string type, string? param = null) =>
        TypedResults.Json(new EvolinkErrorResponse(new EvolinkError(code, message, type, param)), EvolinkJsonContext.Default.EvolinkErrorResponse, statusCode: status);
}
