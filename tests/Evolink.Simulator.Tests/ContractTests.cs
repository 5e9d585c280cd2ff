using Evolink.Client;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

/// <summary>The simulator does what the client library expects of Evolink.</summary>
public sealed class ContractTests : EvolinkContractTests, IAsyncLifetime
{
    private RunningSimulator _simulator = null!;

    protected override EvolinkClientOptions Server => new()
    {
        ApiKey = SimulatorOptions.DevelopmentKey,
        BaseUrl = _simulator.BaseUrl,
        FilesBaseUrl = _simulator.BaseUrl,
        AllowLoopback = true,
    };

    public async ValueTask InitializeAsync() => _simulator = await SimulatorApp.StartAsync(
        new SimulatorOptions { FetchImages = false, TaskDuration = TimeSpan.FromSeconds(0.3) });

    public async ValueTask DisposeAsync()
    {
        await _simulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
