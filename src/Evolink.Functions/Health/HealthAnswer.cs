using Evolink.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Health;

/// <summary>Makes the answer to whoever asks how the app is: everybody hears whether it works, operators hear what is left to spend.</summary>
public sealed class HealthAnswer(DependencyChecks checks, Callers callers)
{
    /// <summary>Makes the answer.</summary>
    public async Task<IResult> MakeAsync(HttpRequest request, DurableTaskClient durable, CancellationToken cancellationToken)
    {
        HealthReport report = await checks.RunAsync(durable, cancellationToken);
        if (callers.Identify(request) is not { IsOperator: true })
            report = report with { Credits = null };
        int status = report.Checks["storage"].Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return TypedResults.Json(report, FunctionsJsonContext.Default.HealthReport, statusCode: status);
    }
}
