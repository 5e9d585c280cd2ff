using Evolink.Pipeline.Queues;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Evolink.Functions;

/// <summary>
/// Makes containers and queues on the emulator and in development, where a connection string opens the account. In Azure the
/// infrastructure makes them.
/// </summary>
internal sealed class StorageSetup(EvolinkStorage storage, IConfiguration configuration) : IHostedService
{
    // The Functions host's own account: its queue trigger reads there.
    private const string HostStorage = "AzureWebJobsStorage";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (storage.UsesConnectionString)
            await storage.CreateMissingContainersAsync(cancellationToken);
        if (configuration[HostStorage] is { Length: > 0 } host)
            await RequestQueues.CreateMissingAsync(host, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
