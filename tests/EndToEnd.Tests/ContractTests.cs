using Evolink.Client;
using Evolink.Simulator;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>The app does what the client library expects of Evolink: whoever talks to Evolink changes one address.</summary>
public sealed class ContractTests(AzuriteFixture azurite) : EvolinkContractTests, IAsyncLifetime
{
    private TestApp _app = null!;

    protected override EvolinkClientOptions Server => new() { ApiKey = TestApp.ClientKey, BaseUrl = _app.Host.BaseUrl, AllowLoopback = true };

    protected override bool IsProvider => false;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(
        azurite, new TestAppOptions { Simulator = new SimulatorOptions { AllowLoopback = true, FetchImages = false, TaskDuration = TimeSpan.FromSeconds(0.3) } });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
