using System.Globalization;
using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Copies of finished videos under the names that <c>Uploads:OutputName</c> gives them: <c>videos/by-name/</c>. The job's own blob is the
/// truth, and is written first; a copy can be made again from it at any time.
/// </summary>
/// <remarks>
/// A name belongs to one upload: the newest version of it that became a video has it, in whatever order the versions are finished. Another
/// upload
/// whose name comes out the same (<c>cat.png</c> and <c>cat.jpg</c>), and a blob that somebody else has put there, is never overwritten:
/// the job's id follows the name then.
/// </remarks>
public sealed partial class NamedVideos(EvolinkStorage storage, TimeProvider time, ILogger<NamedVideos> log)
{
    /// <summary>Folder of the copies, in the container <c>videos</c>.</summary>
    public const string Folder = "by-name/";

    private const int MostTries = 5;

    // What failed for so long is not a passing fault of storage.
    private static readonly TimeSpan Oldest = TimeSpan.FromHours(24);

    /// <summary>Makes the copy of a job that is completed, where it has a name. Safe to do again, and at the same time.</summary>
    /// <returns>Whether nothing is left to do; otherwise it is to be tried again later.</returns>
    public async Task<bool> CopyAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job is not { State: JobState.Completed, Video: { } video, Origin: { OutputName: not null } origin })
            return true;
        try
        {
            foreach (string name in NamesOf(job))
            {
                if (await TryCopyAsync(job, video, origin, storage.Videos.GetBlobClient(name), cancellationToken))
                    break;
            }

            return true;
        }
        catch (RequestFailedException e)
        {
            // A name that storage does not take, or a video that is gone, does not get better; nor may the job's end wait for it.
            bool isOver = e.Status is (int)HttpStatusCode.BadRequest or (int)HttpStatusCode.NotFound
                || job.EndedAt < time.GetUtcNow() - Oldest;
            LogNotCopied(e, job.Id, isOver);
            return isOver;
        }
    }

    /// <summary>Removes the copies of a job.</summary>
    /// <returns>Their names in the container.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(JobRecord job, CancellationToken cancellationToken)
    {
        List<string> removed = [];
        foreach (string name in NamesOf(job))
        {
            BlobClient blob = storage.Videos.GetBlobClient(name);
            if (await FindAsync(blob, cancellationToken) is { } there && OwnerOf(there) == job.Id.Value
                && await blob.TryDeleteAsync(there.ETag, cancellationToken))
            {
                removed.Add(name);
            }
        }

        return removed;
    }

    // The name, and where that is taken, the same with the job's id.
    private static IEnumerable<string> NamesOf(JobRecord job)
    {
        if (job.Origin?.OutputName is not { } name)
            return [];
        int dot = name.LastIndexOf('.');
        int end = dot > name.LastIndexOf('/') + 1 ? dot : name.Length;
        return [Folder + name, $"{Folder}{name[..end]}-{job.Id}{name[end..]}"];
    }

    /// <returns>Whether the name is settled: this video has it, or a newer one of the same upload. Not where it is another's.</returns>
    private async Task<bool> TryCopyAsync(
        JobRecord job, SavedVideo video, JobOrigin origin, BlobClient target, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            BlobProperties? there = await FindAsync(target, cancellationToken);
            switch (Judge(there, job, video, origin))
            {
                case Claim.Settled:
                    return true;
                case Claim.Another:
                    return false;
            }

            try
            {
                BlobRequestConditions unchanged = there is null
                    ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                    : new BlobRequestConditions { IfMatch = there.ETag };
                await target.CopyFromAsync(storage.Videos.GetBlobClient(video.Blob).Uri, unchanged, cancellationToken);
                LogCopied(job.Id);
                return true;
            }
            catch (RequestFailedException e) when (
                tries < MostTries && (e.ErrorCode == BlobErrorCode.ConditionNotMet || e.ErrorCode == BlobErrorCode.BlobAlreadyExists))
            {
                // Somebody else has written it meanwhile: looked at again.
            }
        }
    }

    private static Claim Judge(BlobProperties? there, JobRecord job, SavedVideo video, JobOrigin origin)
    {
        if (there is null)
            return Claim.Free;
        bool isWhole = there.BlobCopyStatus is null or CopyStatus.Success or CopyStatus.Pending;
        if (OwnerOf(there) == job.Id.Value)
        {
            return isWhole && there.Metadata.TryGetValue(VideoStore.HashKey, out string? hash) && hash == video.Sha256
                ? Claim.Settled
                : Claim.Free;
        }

        if (!there.Metadata.TryGetValue(VideoStore.SourceNameKey, out string? source)
            || source != Uri.EscapeDataString(origin.UploadName ?? "")
            || !there.Metadata.TryGetValue(VideoStore.CreatedKey, out string? text)
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset created))
        {
            return Claim.Another;
        }

        return isWhole && created >= job.AcceptedAt ? Claim.Settled : Claim.Free;
    }

    private static string? OwnerOf(BlobProperties blob) => blob.Metadata.TryGetValue(VideoStore.JobKey, out string? owner) ? owner : null;

    private static async Task<BlobProperties?> FindAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    [LoggerMessage(1311, LogLevel.Information, "Job {JobId}: its video has its name below by-name/, too.")]
    private partial void LogCopied(JobId jobId);

    [LoggerMessage(
        1312, LogLevel.Warning, "Job {JobId}: its video could not be copied to its name below by-name/ (given up: {IsOver}); it is in storage under its id.")]
    private partial void LogNotCopied(Exception e, JobId jobId, bool isOver);

    // Whose a name is.
    private enum Claim
    {
        // Nobody's, or an older version's, or that of a copy that was not finished.
        Free,

        // This video has it, or a newer version.
        Settled,

        // Another upload's, or somebody else's.
        Another,
    }
}
