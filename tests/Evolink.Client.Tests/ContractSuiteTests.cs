namespace Evolink.Client.Tests;

/// <summary>Proves that the contract suite can be passed; the real servers run it in their own test projects.</summary>
public sealed class ContractSuiteTests : EvolinkContractTests, IAsyncLifetime
{
    private StubApi? _api;

    protected override EvolinkClientOptions Server => new()
    {
        ApiKey = Clients.Key,
        BaseUrl = _api!.Url,
        FilesBaseUrl = _api.Url,
        AllowLoopback = true,
    };

    public async ValueTask InitializeAsync() => _api = await StubApi.StartAsync(new MinimalEvolink().AnswerAsync);

    public async ValueTask DisposeAsync() => await _api!.DisposeAsync();
}
