using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Limits;

/// <summary>
/// The jobs that are held back for long, by an operator's pause or a client's limit, oldest first. They look by themselves ever more
/// seldom; who lets them go finds here whom to wake. An entry is a hint: without it a job looks later, and one that is woken for nothing
/// notes itself again.
/// </summary>
public sealed class HeldJobs(EvolinkStorage storage, IOptions<EvolinkOptions> options)
{
    /// <summary>Holder of what an operator's pause holds back; no client can have that name.</summary>
    public const string Pause = "operator-pause";

    /// <summary>Who is held for less looks often enough.</summary>
    public static readonly TimeSpan Noted = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(8);

    private readonly BlobContainerClient _container = storage.Generations;
    private readonly string _folder = $"held/{options.Value.Hub}/";

    /// <summary>How long a job that has been held so long waits before it looks again: twice that, so that a day takes ten looks.</summary>
    public static TimeSpan PauseAfter(TimeSpan held) => held * 2 is var pause && pause < ShortestPause ? ShortestPause
        : pause > LongestPause ? LongestPause
        : pause;

    /// <summary>Notes that a job is held.</summary>
    /// <param name="holder">A client, for its limit; or <see cref="Pause"/>.</param>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task NoteAsync(string holder, JobRecord job, CancellationToken cancellationToken) => _container.TryCreateAsync(
        string.Create(CultureInfo.InvariantCulture, $"{_folder}{holder}/{job.AcceptedAt.UtcTicks:D19}-{job.Id}"),
        BinaryData.Empty,
        cancellationToken);

    /// <summary>Who holds jobs.</summary>
    public async IAsyncEnumerable<string> HoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobHierarchyItem item in
            _container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", _folder, cancellationToken))
        {
            if (item.IsPrefix)
                yield return item.Prefix[_folder.Length..^1];
        }
    }

    /// <summary>Whom somebody holds, oldest first.</summary>
    public async IAsyncEnumerable<HeldJob> OfAsync(string holder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem entry in
            _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{_folder}{holder}/", cancellationToken))
        {
            if (JobId.TryParse(entry.Name[^JobId.TotalLength..], out JobId id))
                yield return new HeldJob(id, entry.Name);
        }
    }

    /// <summary>Takes a job off the list: it was woken, or is not held any more.</summary>
    public Task RemoveAsync(HeldJob job, CancellationToken cancellationToken) =>
        _container.GetBlobClient(job.Entry).DeleteIfExistsAsync(cancellationToken: cancellationToken);
}

/// <summary>A job on the list of those that are held.</summary>
/// <param name="Id">The job.</param>
/// <param name="Entry">Its entry.</param>
public sealed record HeldJob(JobId Id, string Entry);
