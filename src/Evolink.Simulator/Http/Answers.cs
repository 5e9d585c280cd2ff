using System.Text.Json.Nodes;
using Evolink.Client;
using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>The answers of the API: the contract's envelope, and what stands between a caller and the API.</summary>
internal static class Answers
{
    public static IResult Ok(VideoTask task) => TypedResults.Json(task, EvolinkJsonContext.Default.VideoTask);

    public static IResult Ok(JsonNode body) => Raw(StatusCodes.Status200OK, body.ToJsonString(), "application/json");

    public static IResult Error(int status, EvolinkError error) =>
        TypedResults.Json(new EvolinkErrorResponse(error), EvolinkJsonContext.Default.EvolinkErrorResponse, statusCode: status);

    public static IResult Error(int status, string code, string type, string message, string? param = null) =>
        Error(status, new EvolinkError(code, message, type, param));

    /// <summary>The envelope with the details of a key whose day is used up.</summary>
    public static IResult UsedUp(SubmitFault.Reject fault) => Raw(
        fault.Status,
        new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = fault.Code,
                ["message"] = fault.Message,
                ["type"] = fault.Type,
                ["details"] = new JsonObject { ["key_name"] = "simulated", ["reset_timezone"] = fault.ResetTimezone },
            },
        }.ToJsonString(),
        "application/json");

    public static IResult Unauthorized() => Error(401, "unauthorized", "authentication_error", "Invalid or expired token");

    /// <summary>The envelope for a status, with the contract's words where it has some.</summary>
    public static IResult Plain(int status) => status switch
    {
        401 => Unauthorized(),
        402 => Error(402, "quota_exceeded", "insufficient_quota", "Insufficient quota. Please top up your account."),
        403 => Error(403, "permission_denied", "permission_error", "You may not do this."),
        404 => Error(404, "not_found", "invalid_request_error", "There is nothing here."),
        405 => Error(405, "method_not_allowed", "invalid_request_error", "The method is not allowed here."),
        429 => Error(429, "rate_limit_exceeded", "rate_limit_error", "Too many requests, please try again later"),
        >= 500 => Error(status, status == 503 ? "service_unavailable" : "internal_error", "api_error", "Internal server error"),
        _ => Error(status, "invalid_request", "invalid_request_error", "Invalid request parameters"),
    };

    /// <summary>What a gateway answers in the API's place.</summary>
    public static IResult Page(int status) =>
        Raw(status, $"<html>\r\n<head><title>{status}</title></head>\r\n<body><center><h1>{status}</h1></center><hr></body>\r\n</html>", "text/html");

    public static IResult EdgeBlock() =>
        Raw(403, "<html><head><title>Access denied</title></head><body><h1>Access denied</h1><p>error code: 1010</p></body></html>", "text/html");

    public static IResult Raw(int status, string body, string contentType) =>
        TypedResults.Content(body, contentType, statusCode: status);
}
