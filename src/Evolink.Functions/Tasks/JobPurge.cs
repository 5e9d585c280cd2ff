using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Uploads;
using Evolink.Pipeline.Videos;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Tasks;

/// <summary>
/// Removes a job that is over, with all that belongs to it. It may be done again at any point: the record is marked first, so that nothing opens the job meanwhile, and goes last, so
/// that what a crash left can be found from it.
/// </summary>
public sealed partial class JobPurge(
    GenerationStore store,
    BatchStore batches,
    VideoStore videos,
    NamedVideos named,
    ImageStore images,
    ImageUse imageUse,
    UploadRemoval uploads,
    ClientQuota quota,
    JobOrchestrations orchestrations,
    TimeProvider time,
    ILogger<JobPurge> log)
{
    // A request is written moments before its record.
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);

    /// <summary>Removes a job that has been kept for long enough. Its image, which others may show, goes by its own age.</summary>
    /// <returns>Whether it is gone; not where it is not over.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<bool> ExpireAsync(DurableTaskClient durable, JobRecord seen, CancellationToken cancellationToken)
    {
        if (await MarkAsync(seen, cancellationToken) is not { } job)
            return false;
        int histories = await orchestrations.PurgeAsync(durable, job, cancellationToken);
        int removed = await RemoveVideosAsync(job, cancellationToken);
        await store.RemoveAsync(job, tombstone: null, cancellationToken);
        LogPurged(job.Id, removed, PurgedJob.Kept, histories);
        return true;
    }

    /// <summary>
    /// Removes a job for its client or an operator, with every copy of its prompt and its image, and leaves a tombstone: nothing that came
    /// before brings it again.
    /// </summary>
    /// <returns>What was removed; null where the job is not over.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<PurgedJob?> DeleteAsync(DurableTaskClient durable, JobRecord seen, CancellationToken cancellationToken)
    {
        if (await MarkAsync(seen, cancellationToken) is not { RemovedAt: { } removedAt } job)
            return null;
        int histories = await orchestrations.PurgeAsync(durable, job, cancellationToken);
        int removed = await RemoveVideosAsync(job, cancellationToken);
        IReadOnlyList<string> copies = await RemoveCopiesAsync(job, cancellationToken);
        string image = await RemoveImageAsync(job, cancellationToken);
        await store.RemoveAsync(job, new JobTombstone(job.Id, job.Client, removedAt), cancellationToken);
        LogPurged(job.Id, removed, image, histories);
        return new PurgedJob(
            job.Id.Value, removed, image, histories, copies, [.. job.Attempts.Select(attempt => attempt.TaskId).OfType<string>()]);
    }

    /// <summary>Removes a request that never became a job.</summary>
    /// <returns>What was removed; null where there was none, or where it is so young that it may become one yet.</returns>
    public async Task<PurgedJob?> DeleteOrphanAsync(JobId id, CancellationToken cancellationToken) =>
        await store.RemoveOrphanRequestAsync(id, time.GetUtcNow() - OrphanAge, cancellationToken)
            ? new PurgedJob(id.Value, 0, PurgedJob.None, 0, [$"requests/{id}"], [])
            : null;

    // The copies last: without the video none can be made any more.
    private async Task<int> RemoveVideosAsync(JobRecord job, CancellationToken cancellationToken) =>
        await videos.RemoveAsync(job, cancellationToken) + (await named.RemoveAsync(job, cancellationToken)).Count;

    private async Task<JobRecord?> MarkAsync(JobRecord seen, CancellationToken cancellationToken)
    {
        JobRecord job = await store.UpdateAsync(seen, record => record.WithRemoval(time.GetUtcNow()), cancellationToken);
        if (job.RemovedAt is null)
            return null;
        await quota.SettleAsync(job, cancellationToken);
        return job;
    }

    private async Task<IReadOnlyList<string>> RemoveCopiesAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job.Origin is { UploadName: { } name, UploadVersion: { } version })
            return await uploads.RemoveAsync(name, version, job.AcceptedAt, cancellationToken);
        return job.Origin is { Batch: { } batch, BatchIndex: { } index } && BatchId.TryParse(batch, out BatchId id)
            && await batches.FindAsync(id, cancellationToken) is { } record
            && await batches.BlankRequestAsync(record, index, cancellationToken)
                ? [$"batches/{id.ItemKey(index)}"]
                : [];
    }

    private async Task<string> RemoveImageAsync(JobRecord job, CancellationToken cancellationToken)
    {
        string? own;
        try
        {
            own = (await store.ReadRequestAsync(job.Id, cancellationToken)).OwnImage;
        }
        catch (JobNotFoundException)
        {
            // An earlier call came that far, past the image.
            return PurgedJob.None;
        }
        catch (InvalidDataException)
        {
            return PurgedJob.Kept;
        }

        // Before it is asked who uses it: a job that comes meanwhile makes another version of it.
        if (own is null || await images.FindAsync(job.Client, own, cancellationToken) is not { } image)
            return PurgedJob.None;
        return await imageUse.IsUsedElsewhereAsync(job, own, cancellationToken) is false && await images.RemoveAsync(image, cancellationToken)
            ? PurgedJob.Removed
            : PurgedJob.Kept;
    }

    [LoggerMessage(2601, LogLevel.Information, "Job {JobId} is removed: {Videos} videos, image {Image}, {Histories} histories.")]
    private partial void LogPurged(JobId jobId, int videos, string image, int histories);
}
