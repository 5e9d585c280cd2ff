using Evolink.LocalHost.Azurite;

namespace Evolink.Benchmarks.Servers;

/// <summary>Storage for a benchmark, empty: the emulator in a process of its own, or memory in this one.</summary>
internal sealed class StorageServer : IAsyncDisposable
{
    public const string Memory = "memory";
    public const string Azurite = "azurite";

    private readonly IAsyncDisposable _server;
    private readonly AzuriteServer? _azurite;

    private StorageServer(IAsyncDisposable server, string connectionString) => (_server, _azurite, ConnectionString) = (server, server as AzuriteServer, connectionString);

    public string ConnectionString { get; }

    /// <summary>Processor time of the emulator so far; of memory, which is in this process, none.</summary>
    public double CpuSeconds
    {
        get
        {
            if (_azurite is null)
                return 0;
            using var process = System.Diagnostics.Process.GetProcessById(_azurite.ProcessId);
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<StorageServer> StartAsync(string name)
    {
        if (name == Memory)
        {
            MemoryStorage memory = new();
            return new StorageServer(memory, memory.ConnectionString);
        }

        AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions { Note = Console.Error.WriteLine });
        return new StorageServer(azurite, azurite.ConnectionString);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
