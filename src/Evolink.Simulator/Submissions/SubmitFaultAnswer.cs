using System.Globalization;
using System.Text.Json;
using Evolink.Client;
using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>How each fault of a submit looks to the caller.</summary>
internal static class SubmitFaultAnswer
{
    public static async Task<IResult> OfAsync(SubmitFault? fault, VideoTask? task, HttpContext context, TimeProvider clock)
    {
        switch (fault)
        {
            case SubmitFault.SlowAnswer slow:
                await Task.Delay(TimeSpan.FromSeconds(slow.Seconds), clock, context.RequestAborted);
                return Answers.Ok(task!);
            case SubmitFault.Throttle throttle:
                context.Response.Headers.RetryAfter = RetryAfter(throttle, clock);
                return Answers.Plain(429);
            default:
                return fault switch
                {
                    null => Answers.Ok(task!),
                    SubmitFault.Reset => Connection.Reset,
                    SubmitFault.Hang hang => Connection.Hang(hang.Seconds, clock),
                    SubmitFault.ServerError { Html: true } error => Answers.Page(error.Status),
                    SubmitFault.ServerError error => Answers.Plain(error.Status),
                    SubmitFault.UnusableAnswer unusable => Unusable(unusable.Body, task!),
                    SubmitFault.Reject { ResetTimezone: not null } reject => Answers.UsedUp(reject),
                    SubmitFault.Reject reject => Answers.Error(reject.Status, reject.Code, reject.Type, reject.Message),
                    SubmitFault.OddError odd => Odd(odd),
                    SubmitFault.EdgeBlock => Answers.EdgeBlock(),
                    _ => throw new InvalidOperationException($"No answer for the fault {fault.GetType().Name}."),
                };
        }
    }

    private static string? RetryAfter(SubmitFault.Throttle throttle, TimeProvider clock) => throttle.RetryAfter switch
    {
        RetryAfterForm.Seconds => throttle.Seconds.ToString(CultureInfo.InvariantCulture),
        RetryAfterForm.Date => clock.GetUtcNow().AddSeconds(throttle.Seconds).ToString("R", CultureInfo.InvariantCulture),
        RetryAfterForm.Huge => "99999999999999999999999",
        _ => null,
    };

    private static IResult Unusable(UnusableBody body, VideoTask task)
    {
        const string json = "application/json";
        return body switch
        {
            UnusableBody.Empty => Answers.Raw(200, "", json),
            UnusableBody.Html => Answers.Page(200),
            UnusableBody.EmptyObject => Answers.Raw(200, "{}", json),
            UnusableBody.NoId => Answers.Ok(task with { Id = null }),
            UnusableBody.CutJson => Answers.Raw(200, Json(task)[..60], json),
            _ => throw new InvalidOperationException($"No body for {body}."),
        };
    }

    private static string Json(VideoTask task) => JsonSerializer.Serialize(task, EvolinkJsonContext.Default.VideoTask);

    private static IResult Odd(SubmitFault.OddError odd) => Answers.Raw(
        odd.Status,
        odd.Shape == OddErrorShape.NumberCode
            ? $$$"""{"error":{"code":{{{odd.Status * 100}}},"message":"Something was not right","type":"invalid_request_error"}}"""
            : """{"error":"Something was not right"}""",
        "application/json");
}
