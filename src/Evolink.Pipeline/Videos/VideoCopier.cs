using System.Net;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Copies what is behind a link into the container <c>videos</c>. The blob appears whole or not at all, once, and is never overwritten; who
/// comes second finds the first one's.
/// </summary>
public sealed partial class VideoCopier(
    GuardedHttpClient http,
    EvolinkStorage storage,
    VideoStore videos,
    IOptions<EvolinkOptions> options,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<VideoCopier> log) : IDisposable
{
    // Below the host's functionTimeout of 30 minutes, which would take the whole worker down. Waiting for memory is in it, so that one slow
    // server can hold up the others for a while, but not for ever.
    internal static readonly TimeSpan TotalTimeout = TimeSpan.FromMinutes(25);

    // A host that serves one connection at a time has to notice first that the others are gone.
    private static readonly TimeSpan PauseBeforeOneStream = TimeSpan.FromMilliseconds(250);

    private readonly EvolinkOptions _options = options.Value;
    private readonly BlockPool _memory = new(
        options.Value.CopyBlockBytes,
        (int)(options.Value.SaveMemoryBudgetBytes / options.Value.CopyBlockBytes),
        options.Value.CopyBlocksInFlight);

    /// <summary>
    /// From this length on a copy goes on with the blocks that an earlier one has staged; a shorter one is sent again sooner than asked
    /// for.
    /// </summary>
    internal long ResumedFrom { get; set; } = 64L << 20;

    /// <summary>Copies the video of an attempt, in bounded memory, from the first of some links that leads to one.</summary>
    /// <exception cref="VideoDownloadException">None does; nothing is visible in storage.</exception>
    public async Task<SavedVideo> CopyAsync(
        IReadOnlyList<string> links, JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(TotalTimeout, time);
        VideoDownloadException? failure = null;
        foreach (string link in links.Distinct(StringComparer.Ordinal))
        {
            try
            {
                return await CopyLinkAsync(link, ResultPlace.Only, job, attempt, deadline.Token, cancellationToken);
            }
            catch (VideoDownloadException e)
            {
                // Of a picture beside the video there is nothing to tell.
                failure = failure is null || e.Failure != DownloadFailure.NotAVideo ? e : failure;
                if (deadline.IsCancellationRequested)
                    break;
            }
        }

        throw failure ?? new VideoDownloadException(DownloadFailure.LinkDead, "There is no link to it.");
    }

    /// <summary>
    /// Copies all results of an attempt, each into a blob of its own. What is there already is not copied again; what cannot be had keeps
    /// none of the others from being saved.
    /// </summary>
    public async Task<SavedResults> CopyAllAsync(
        IReadOnlyList<string> links, JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(TotalTimeout, time);
        SortedDictionary<int, SavedVideo> saved = await videos.FindNumberedAsync(job, attempt, cancellationToken);
        VideoDownloadException? failure = null;
        (int noMedia, bool mayBeFirst) = (0, true);
        for (int number = 1; number <= links.Count && !deadline.IsCancellationRequested; number++)
        {
            try
            {
                ResultPlace place = new(number, links.Count, mayBeFirst);
                if (!saved.ContainsKey(number))
                    saved[number] = await CopyLinkAsync(links[number - 1], place, job, attempt, deadline.Token, cancellationToken);
                mayBeFirst = mayBeFirst && !MediaType.IsVideo(saved[number].ContentType);
            }
            catch (VideoDownloadException e)
            {
                // What calls itself a picture and is none is no loss. Behind another link an error page may give way to a video.
                bool isNoPicture = MediaType.IsPictureName(links[number - 1])
                    && e.Failure is DownloadFailure.NotAVideo or DownloadFailure.Incomplete;
                noMedia += isNoPicture ? 1 : 0;
                mayBeFirst = mayBeFirst && isNoPicture;
                failure = failure is null || !isNoPicture ? e : failure;
            }
        }

        return new SavedResults([.. saved.Values], links.Count) { NoMedia = noMedia, Failure = failure };
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    // Ranged reads are an optimization: whatever becomes of them, one stream of the same link is tried before it counts as failed. Its
    // own failures are no reason to read in parts at once, but for the next try they are: a host may break off every long answer.
    private async Task<SavedVideo> CopyLinkAsync(
        string link, ResultPlace place, JobRecord job, Attempt attempt, CancellationToken deadline, CancellationToken cancellationToken)
    {
        bool inParts = job.SaveAsOneStream is not true;
        if (inParts)
        {
            try
            {
                return await CopyAsync(link, place, inParts: true, job, attempt, deadline, cancellationToken);
            }
            catch (VideoDownloadException e)
                when (e.Failure is not (DownloadFailure.Blocked or DownloadFailure.TooLarge) && !deadline.IsCancellationRequested)
            {
                LogAsOneStream(job.Id, e.Message);
                if (e.Failure != DownloadFailure.NotInParts)
                    await Task.Delay(PauseBeforeOneStream, time, cancellationToken);
            }
        }

        try
        {
            return await CopyAsync(link, place, inParts: false, job, attempt, deadline, cancellationToken);
        }
        catch (VideoDownloadException e) when (inParts || e is { Failure: DownloadFailure.Unavailable, Status: null })
        {
            throw new VideoDownloadException(e.Failure, e.Message, e) { Status = e.Status, AsOneStream = inParts };
        }
    }

    private async Task<SavedVideo> CopyAsync(
        string link,
        ResultPlace place,
        bool inParts,
        JobRecord job,
        Attempt attempt,
        CancellationToken deadline,
        CancellationToken cancellationToken)
    {
        using BlockPool.Share memory = _memory.Open(_options.CopyBlocksInFlight);
        // Before the link is opened: a copy that waits for memory keeps nobody waiting.
        using BlockPool.Block first = await FirstAsync(memory, deadline, cancellationToken);
        long begun = time.GetTimestamp();
        await using VideoSource source = await VideoSource.OpenAsync(http, link, inParts, _options, time, deadline, cancellationToken);
        // What is nothing known is refused once it is read.
        string name = place.BlobName(job.Id, attempt.Number, source.Type ?? VideoType.Mp4);
        BlockBlobClient blob = storage.Videos.GetBlockBlobClient(name);
        VideoBlob target = new(blob, job, attempt, place);
        if (source.Length >= ResumedFrom)
        {
            if (await videos.FindAsync(name, attempt, cancellationToken) is { } there)
                return there.File;
            await target.ResumeAsync(cancellationToken);
        }

        using VideoCopy copy = new(source, target, memory, _options.CopyBlockBytes, place.IsAnyMedia);
        try
        {
            CopiedVideo video = await copy.RunAsync(first, cancellationToken);
            metrics.Copied(video.Length, time.GetElapsedTime(begun));
            return new SavedVideo(blob.Name, video.Length, video.Sha256, video.ContentType, time.GetUtcNow());
        }
        catch (RequestFailedException e) when (IsAnotherFirst(e))
        {
            metrics.DuplicateSuppressed("save");
            return (await videos.FindAsync(name, attempt, cancellationToken))?.File
                ?? throw new InvalidOperationException(
                    $"videos/{blob.Name} could not be written ({e.ErrorCode}), and what is there is not the video of job {job.Id}, "
                    + $"attempt {attempt.Number}.",
                    e);
        }
    }

    private static async Task<BlockPool.Block> FirstAsync(
        BlockPool.Share memory, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline, cancellationToken);
        try
        {
            return await memory.RentAsync(either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new VideoDownloadException(
                DownloadFailure.Unavailable, "Other videos took all of Evolink:SaveMemoryBudgetBytes for too long.");
        }
    }

    // The other one's commit threw away our staged blocks, or came just before ours; or it was ours, and its answer was lost.
    private static bool IsAnotherFirst(RequestFailedException e) =>
        e.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed || e.ErrorCode == BlobErrorCode.InvalidBlockList;

    [LoggerMessage(1303, LogLevel.Information, "Job {JobId}: {Reason} It is read again, as one stream.")]
    private partial void LogAsOneStream(JobId jobId, string reason);
}
