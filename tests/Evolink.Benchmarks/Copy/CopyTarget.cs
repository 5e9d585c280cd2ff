using Azure.Storage.Blobs;
using Evolink.LocalHost.Azurite;

namespace Evolink.Benchmarks.Copy;

/// <summary>Storage to copy into, empty.</summary>
internal sealed class CopyTarget : IAsyncDisposable
{
    public const string Sink = "sink";
    public const string Azurite = "azurite";

    private readonly IAsyncDisposable _server;

    private CopyTarget(IAsyncDisposable server, string connectionString) => (_server, Storage) = (server, new Storage(connectionString));

    public Storage Storage { get; }

    /// <summary>The sink, if it is one: it knows when blobs became visible.</summary>
    public LoopbackSink? Observer => _server as LoopbackSink;

    public static async Task<CopyTarget> StartAsync(string name)
    {
        if (name == Sink)
        {
            LoopbackSink sink = new(TimeProvider.System);
            return new CopyTarget(sink, $"DefaultEndpointsProtocol=http;AccountName=sink;AccountKey=c2luaw==;BlobEndpoint={sink.Url}sink");
        }

        AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions { Note = Console.Error.WriteLine });
        await new BlobContainerClient(azurite.ConnectionString, "videos").CreateAsync();
        return new CopyTarget(azurite, azurite.ConnectionString);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
