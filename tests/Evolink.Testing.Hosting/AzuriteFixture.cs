using Evolink.LocalHost.Azurite;

namespace Evolink.Testing.Hosting;

/// <summary>One Azurite in memory for all tests of an assembly; jobs have ids of their own, so that tests do not meet.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteServer? _server;

    public string ConnectionString => _server?.ConnectionString ?? throw new InvalidOperationException("Azurite has not started.");

    public async ValueTask InitializeAsync() => _server = await AzuriteServer.StartAsync(new AzuriteOptions());

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
