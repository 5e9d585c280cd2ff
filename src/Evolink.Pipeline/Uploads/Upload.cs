using Azure;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Uploads;

/// <summary>One version of an image that somebody put into <c>uploads/</c>.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Version">Its ETag there. Name and version are what the upload is: they make one job, however often and in whatever way it is told of.</param>
/// <param name="At">When it was put there.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Metadata">Its metadata; names in any case.</param>
/// <param name="Blob">Where it lies.</param>
/// <param name="Current">ETag of the blob that it lies in: <paramref name="Version"/>, unless it was moved to <c>rejected/</c>.</param>
public sealed record Upload(
    string Name, string Version, DateTimeOffset At, long Length, IReadOnlyDictionary<string, string> Metadata, BlobClient Blob, ETag Current)
{
    /// <summary>Source of the jobs that uploads become.</summary>
    public const string Source = "blob";

    /// <summary>Identity of the upload among those of its owner.</summary>
    public string Key => $"{Name}\n{Version}";

    /// <summary>Whether it lies in <c>rejected/</c> and waits for a sidecar that makes it usable.</summary>
    public bool IsRejected { get; init; }

    /// <summary>The job that it becomes.</summary>
    public JobId JobOf(string client) => JobId.From(Source, client, Key);
}
