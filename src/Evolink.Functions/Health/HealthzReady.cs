using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Health;

/// <summary><c>GET /healthz/ready</c>: whether what the app needs answers.</summary>
public sealed class HealthzReady(HealthAnswer answer)
{
    /// <summary>200 while work can go on, also when Evolink is away for a while or submits are held back (<c>degraded</c>); 503 where storage does not answer.</summary>
    [Function(nameof(HealthzReady))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "healthz/ready")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken) => answer.MakeAsync(request, durable, cancellationToken);
}
