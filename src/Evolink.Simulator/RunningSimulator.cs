using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;

namespace Evolink.Simulator;

/// <summary>A simulator that serves. Disposing of it ends it; with a data folder the next one goes on where it stopped.</summary>
public sealed class RunningSimulator : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SimulatorParts parts;
    private int disposed;

    internal RunningSimulator(WebApplication app, SimulatorParts parts, X509Certificate2? certificate)
    {
        this.app = app;
        this.parts = parts;
        Certificate = certificate;
    }

    /// <summary>Where the API is, and the Files API, and the results.</summary>
    public Uri BaseUrl => parts.BaseUrl;

    /// <summary>The certificate of a simulator with <see cref="SimulatorOptions.RequireTls"/>, for its clients to trust.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>Everything that was asked of the simulator, as <c>GET /_simulator/ledger</c> tells it.</summary>
    /// <param name="withVideos">Whether to tell length and SHA-256 of every result.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public Task<LedgerReport> ReadLedgerAsync(bool withVideos = true, CancellationToken cancellationToken = default) =>
        parts.Reader.ReadAsync(withVideos, cancellationToken);

    /// <summary>Scripts faults, as <c>POST /_simulator/faults</c> does.</summary>
    /// <param name="order">What goes wrong, and where.</param>
    /// <exception cref="ArgumentException">The order is about a task that does not exist.</exception>
    public void Order(FaultOrder order) => parts.Control.Order(order);

    /// <summary>Stops serving: requests that hang are reset, callbacks that were not delivered wait for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await parts.Runner.StopAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        await parts.DisposeAsync();
        Certificate?.Dispose();
    }
}
