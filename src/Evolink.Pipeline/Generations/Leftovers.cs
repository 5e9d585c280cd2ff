using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Finds what crashes left in storage and nothing will use again. It does harm to nobody; much of it says that something dies often. Lists whole containers by name, so it is for once a day.
/// </summary>
public sealed class Leftovers(EvolinkStorage storage, GenerationStore store, TimeProvider time)
{
    // A request is written moments before its record.
    private static readonly TimeSpan OldEnough = TimeSpan.FromDays(1);

    /// <summary>Names of stored requests that never became a job: whoever sent them died or gave up before there was an answer.</summary>
    public async Task<IReadOnlyList<string>> RequestsWithoutRecordAsync(CancellationToken cancellationToken)
    {
        List<string> found = [];
        // Blobs are listed in the order of their names: both lists are walked once, side by side.
        await using IAsyncEnumerator<BlobItem> records = List(storage.Generations, GenerationStore.RecordPrefix, BlobStates.None).GetAsyncEnumerator(cancellationToken);
        bool more = await records.MoveNextAsync();
        await foreach (BlobItem request in List(storage.Generations, GenerationStore.RequestPrefix, BlobStates.None).WithCancellation(cancellationToken))
        {
            string name = request.Name[GenerationStore.RequestPrefix.Length..];
            while (more && string.CompareOrdinal(records.Current.Name[GenerationStore.RecordPrefix.Length..], name) < 0)
                more = await records.MoveNextAsync();
            bool hasRecord = more && records.Current.Name[GenerationStore.RecordPrefix.Length..] == name;
            if (!hasRecord && request.Properties.LastModified < time.GetUtcNow() - OldEnough)
                found.Add(request.Name);
        }

        return found;
    }

    /// <summary>Removes a request that never became a job; not where it became one meanwhile.</summary>
    public async Task RemoveRequestAsync(string name, CancellationToken cancellationToken)
    {
        if (JobId.TryParse(Path.GetFileNameWithoutExtension(name[GenerationStore.RequestPrefix.Length..]), out JobId id))
            await store.RemoveOrphanRequestAsync(id, time.GetUtcNow() - OldEnough, cancellationToken);
    }

    /// <summary>Names of videos of which blocks are staged, and whose job is over or not known: nobody will commit them. Storage drops them after a week.</summary>
    public async Task<IReadOnlyList<string>> StagedVideosAsync(CancellationToken cancellationToken)
    {
        List<string> found = [];
        await foreach (BlobItem video in List(storage.Videos, prefix: null, BlobStates.Uncommitted).WithCancellation(cancellationToken))
        {
            // A committed video is never empty.
            if (video.Properties.ContentLength is 0 or null && !await IsRunningAsync(video.Name, cancellationToken))
                found.Add(video.Name);
        }

        return found;
    }

    private async Task<bool> IsRunningAsync(string video, CancellationToken cancellationToken)
    {
        // {id}.mp4 or {id}-a2.mp4: the id has one length.
        string id = video[..Math.Min(video.Length, JobId.TotalLength)];
        return JobId.TryParse(id, out JobId job) && await store.FindAsync(job, cancellationToken) is { State.IsTerminal: false };
    }

    private static AsyncPageable<BlobItem> List(BlobContainerClient container, string? prefix, BlobStates states) =>
        container.GetBlobsAsync(BlobTraits.None, states, prefix, CancellationToken.None);
}
