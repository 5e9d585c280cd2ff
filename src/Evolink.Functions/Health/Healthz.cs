using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Health;

/// <summary><c>GET /healthz</c>: whether the app lives, and whether what it needs answers.</summary>
public sealed class Healthz(DependencyChecks checks)
{
    /// <summary>200 while work can go on, also when Evolink is away for a while (<c>degraded</c>); 503 where storage does not answer.</summary>
    [Function(nameof(Healthz))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "healthz")] HttpRequest request, CancellationToken cancellationToken)
    {
        HealthReport report = await checks.RunAsync(cancellationToken);
        int status = report.Checks["storage"].Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return TypedResults.Json(report, FunctionsJsonContext.Default.HealthReport, statusCode: status);
    }
}

/// <summary>The answer of <c>/healthz</c>.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">Each dependency.</param>
/// <param name="Missing">Settings without which no work is accepted.</param>
public sealed record HealthReport(string Status, IReadOnlyDictionary<string, DependencyHealth> Checks, IReadOnlyList<string>? Missing);

/// <summary>How one dependency answered.</summary>
/// <param name="Ok">Whether it did.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Problem">What was wrong, in words without addresses or secrets.</param>
public sealed record DependencyHealth(bool Ok, [property: JsonPropertyName("latency_ms")] long Milliseconds, string? Problem);
