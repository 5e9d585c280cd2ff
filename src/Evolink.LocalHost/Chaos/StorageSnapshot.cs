using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Evolink.LocalHost.Chaos;

/// <summary>Everything that the app left in storage.</summary>
/// <param name="Records">The job records.</param>
/// <param name="Active">The jobs that are marked as not over.</param>
/// <param name="Claims">Who owns which task of Evolink's, by task id.</param>
/// <param name="Videos">The videos, by name.</param>
internal sealed record StorageSnapshot(
    IReadOnlyDictionary<string, JobRecord> Records,
    IReadOnlyList<string> Active,
    IReadOnlyDictionary<string, JobClaim> Claims,
    IReadOnlyDictionary<string, StoredVideo> Videos)
{
    private const string RecordsFolder = "records/";
    private const string ActiveFolder = "active/";
    private const string ClaimsFolder = "claims/";
    private static readonly ParallelOptions Side = new() { MaxDegreeOfParallelism = 8 };

    /// <summary>The jobs that are marked as not over.</summary>
    public static Task<List<string>> ActiveAsync(EvolinkStorage storage) => NamesAsync(storage.Generations, ActiveFolder);

    public static async Task<StorageSnapshot> ReadAsync(EvolinkStorage storage)
    {
        Dictionary<string, JobRecord> records = await ReadAllAsync(storage.Generations, RecordsFolder, async blob =>
            JsonSerializer.Deserialize(await ContentAsync(blob), PipelineJsonContext.Default.JobRecord)!);
        Dictionary<string, JobClaim> claims = await ReadAllAsync(storage.Generations, ClaimsFolder, async blob =>
            JsonSerializer.Deserialize(await ContentAsync(blob), PipelineJsonContext.Default.JobClaim)!);
        Dictionary<string, StoredVideo> videos = await ReadAllAsync(storage.Videos, "", VideoAsync);
        return new StorageSnapshot(
            records.ToDictionary(record => Path.GetFileNameWithoutExtension(record.Key), record => record.Value), await ActiveAsync(storage), claims, videos);
    }

    private static async Task<Dictionary<string, T>> ReadAllAsync<T>(BlobContainerClient container, string folder, Func<BlobClient, Task<T>> read)
    {
        Dictionary<string, T> all = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(await NamesAsync(container, folder), Side, async (name, _) =>
        {
            T value = await read(container.GetBlobClient(folder + name));
            lock (all)
                all.Add(name, value);
        });
        return all;
    }

    private static async Task<List<string>> NamesAsync(BlobContainerClient container, string folder)
    {
        List<string> names = [];
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder, CancellationToken.None))
            names.Add(blob.Name[folder.Length..]);
        return names;
    }

    private static async Task<byte[]> ContentAsync(BlobClient blob) => (await blob.DownloadContentAsync()).Value.Content.ToArray();

    private static async Task<StoredVideo> VideoAsync(BlobClient blob)
    {
        byte[] bytes = await ContentAsync(blob);
        return new StoredVideo(bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}

/// <summary>A video in storage, by its bytes.</summary>
internal sealed record StoredVideo(long Length, string Sha256);
