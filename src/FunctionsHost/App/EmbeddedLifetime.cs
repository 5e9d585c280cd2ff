namespace FunctionsHost.App;

/// <summary>Takes no signals: whoever started the host decides when it stops. The usual lifetime would stop it at the first Ctrl-C.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
