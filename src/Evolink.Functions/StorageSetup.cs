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
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (storage.UsesConnectionString)
            await storage.CreateMissingContainersAsync(cancellationToken);
        // The Functions host reads its connections from where this does.
        if (configuration[EvolinkStorage.Connection] is { Length: > 0 } account)
            await RequestQueues.CreateMissingAsync(account, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
