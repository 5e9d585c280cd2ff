using System.Collections.Concurrent;

namespace Evolink.Simulator;

/// <summary>The bytes of uploaded files: in the data folder, or in memory where there is none.</summary>
internal sealed class FileStore(string? dataFolder)
{
    private readonly ConcurrentDictionary<string, byte[]> memory = new(StringComparer.Ordinal);

    public async Task SaveAsync(string id, byte[] bytes, CancellationToken cancellationToken)
    {
        if (dataFolder is null)
        {
            memory[id] = bytes;
            return;
        }

        Directory.CreateDirectory(Path.Combine(dataFolder, "uploads"));
        await File.WriteAllBytesAsync(PathOf(id), bytes, cancellationToken);
    }

    public Stream? Open(string id)
    {
        if (dataFolder is null)
            return memory.TryGetValue(id, out byte[]? bytes) ? new MemoryStream(bytes, writable: false) : null;
        return File.Exists(PathOf(id)) ? File.OpenRead(PathOf(id)) : null;
    }

    public void Clear()
    {
        memory.Clear();
        if (dataFolder is not null && Directory.Exists(Path.Combine(dataFolder, "uploads")))
            Directory.Delete(Path.Combine(dataFolder, "uploads"), recursive: true);
    }

    private string PathOf(string id) => Path.Combine(dataFolder!, "uploads", id);
}
