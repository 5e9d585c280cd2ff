using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Health;

/// <summary><c>GET /healthz/live</c>: whether the app runs at all. Asks nobody: a restart would not bring storage back.</summary>
public static class HealthzLive
{
    /// <summary>200, always.</summary>
    [Function(nameof(HealthzLive))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "healthz/live")] HttpRequest request) =>
        TypedResults.Json(new LiveReport("ok"), FunctionsJsonContext.Default.LiveReport);
}

/// <summary>The answer of <c>/healthz/live</c>.</summary>
/// <param name="Status"><c>ok</c>.</param>
public sealed record LiveReport(string Status);
