using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Health;

/// <summary><c>GET /healthz</c>: the same as <see cref="HealthzReady"/>.</summary>
public sealed class Healthz(HealthAnswer answer)
{
    /// <inheritdoc cref="HealthzReady.RunAsync"/>
    [Function(nameof(Healthz))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "healthz")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken) => answer.MakeAsync(request, durable, cancellationToken);
}
