using EndToEnd.Tests.Support;
using Evolink.Client;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>The app does what the client library expects of Evolink: whoever talks to Evolink changes one address.</summary>
public sealed class ContractTests(Apps apps) : EvolinkContractTests, IAsyncLifetime
{
    private TestApp _app = null!;
    private Guest _client = null!;

    protected override EvolinkClientOptions Server => new() { ApiKey = _client.Key, BaseUrl = _app.Host.BaseUrl, AllowLoopback = true };

    protected override bool IsProvider => false;

    protected override TimeSpan Patience => TimeSpan.FromSeconds(60);

    public async ValueTask InitializeAsync()
    {
        _app = await apps.Usual;
        _client = _app.NewGuest();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
