using Evolink.LocalHost.Durable;
using Microsoft.Extensions.Hosting;

namespace Evolink.LocalHost.Hosting;

/// <summary>Starts the engine after the app's own hosted services and before HTTP, and stops it in the opposite order.</summary>
internal sealed class EngineService(DurableEngine engine) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync(cancellationToken);
}
