using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Hosting;

namespace Evolink.Functions;

/// <summary>Makes the containers on the emulator and in development. In Azure the infrastructure makes them.</summary>
internal sealed class StorageSetup(EvolinkStorage storage) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        storage.UsesConnectionString ? storage.CreateMissingContainersAsync(cancellationToken) : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
