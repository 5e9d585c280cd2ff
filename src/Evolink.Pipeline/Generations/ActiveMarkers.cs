using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// The markers of jobs that are not over: <c>generations/active/{id}</c>, empty blobs. Their metadata says when the sweep should look at the job
/// next, so that one listing of the markers tells which few of many jobs to read.
/// </summary>
public sealed class ActiveMarkers(EvolinkStorage storage)
{
    private const string Prefix = "active/";

    // Unix time in seconds: metadata is text.
    private const string DueKey = "due";
    private const string SinceKey = "since";
    private const string HubKey = "hub";

    private readonly BlobContainerClient _container = storage.Generations;

    /// <summary>Sets a marker, anew where there is one.</summary>
    public Task SetAsync(JobId id, CancellationToken cancellationToken) => Blob(id).UploadAsync(BinaryData.Empty, overwrite: true, cancellationToken);

    /// <summary>Sets a marker unless there is one.</summary>
    public Task SetIfAbsentAsync(JobId id, CancellationToken cancellationToken) => _container.TryCreateAsync(Prefix + id, BinaryData.Empty, cancellationToken);

    /// <summary>The markers, page by page, in the order of their names.</summary>
    /// <param name="from">Where an earlier listing stopped; null: from the beginning.</param>
    /// <param name="size">Of a page; null: as large as storage makes them.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async IAsyncEnumerable<ActiveMarkerPage> PagesAsync(string? from, int? size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Page<BlobItem> page in _container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, Prefix, cancellationToken)
            .AsPages(from, size).WithCancellation(cancellationToken))
        {
            ActiveMarker[] markers = [.. page.Values.Select(Read).OfType<ActiveMarker>()];
            yield return new ActiveMarkerPage(markers, page.ContinuationToken is { Length: > 0 } next ? next : null);
        }
    }

    /// <summary>All markers.</summary>
    public async IAsyncEnumerable<ActiveMarker> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ActiveMarkerPage page in PagesAsync(from: null, size: null, cancellationToken))
        {
            foreach (ActiveMarker marker in page.Markers)
                yield return marker;
        }
    }

    /// <summary>The marker of a job, or null where it has none.</summary>
    public async Task<ActiveMarker?> FindAsync(JobId id, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties marker = await Blob(id).GetPropertiesAsync(cancellationToken: cancellationToken);
            return Read(id, marker.LastModified, marker.Metadata, marker.ETag);
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Notes when the sweep should look at the job next, unless the marker was set anew since it was seen, or is gone.</summary>
    /// <param name="marker">The marker as it was seen.</param>
    /// <param name="hub">Task hub of the job: sweeps of others leave it alone.</param>
    /// <param name="due">When the sweep of that hub should look.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task NoteDueAsync(ActiveMarker marker, string? hub, DateTimeOffset due, CancellationToken cancellationToken)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal) { [DueKey] = Text(due), [SinceKey] = Text(marker.Since) };
        if (hub is not null)
            metadata[HubKey] = hub;
        try
        {
            await Blob(marker.Id).SetMetadataAsync(metadata, new BlobRequestConditions { IfMatch = marker.Version }, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is (int)HttpStatusCode.NotFound or (int)HttpStatusCode.PreconditionFailed)
        {
            // Whoever changed it knows better.
        }
    }

    /// <summary>Makes the sweep look at a job at a time, where it would look later.</summary>
    public async Task BringForwardAsync(JobId id, DateTimeOffset due, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is { } marker && marker.Due > due)
            await NoteDueAsync(marker, marker.Hub, due, cancellationToken);
    }

    /// <summary>Takes a marker away, unless it was set anew since it was seen.</summary>
    /// <returns>Whether it is gone.</returns>
    public Task<bool> RemoveAsync(ActiveMarker marker, CancellationToken cancellationToken) =>
        Blob(marker.Id).TryDeleteAsync(marker.Version, cancellationToken);

    private static ActiveMarker? Read(BlobItem blob) =>
        JobId.TryParse(blob.Name[Prefix.Length..], out JobId id) && blob.Properties is { LastModified: { } changed, ETag: { } version }
            ? Read(id, changed, blob.Metadata, version)
            : null;

    private static ActiveMarker Read(JobId id, DateTimeOffset changed, IDictionary<string, string>? metadata, ETag version) =>
        new(id, Time(metadata, SinceKey) ?? changed, Text(metadata, HubKey), Time(metadata, DueKey), version);

    private static DateTimeOffset? Time(IDictionary<string, string>? metadata, string key) =>
        long.TryParse(Text(metadata, key), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static string? Text(IDictionary<string, string>? metadata, string key) =>
        metadata is not null && metadata.TryGetValue(key, out string? text) ? text : null;

    private static string Text(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private BlobClient Blob(JobId id) => _container.GetBlobClient(Prefix + id);
}

/// <summary>A page of the listing of markers.</summary>
/// <param name="Markers">The markers.</param>
/// <param name="Next">Where the next page begins; null: this is the last one.</param>
public sealed record ActiveMarkerPage(IReadOnlyList<ActiveMarker> Markers, string? Next);
