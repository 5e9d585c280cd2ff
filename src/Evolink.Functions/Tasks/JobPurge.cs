using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Videos;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Tasks;

/// <summary>
/// Removes a job that is over, with all that belongs to it. It may be done again at any point: the record is marked first, so that nothing opens the job meanwhile, and goes last, so
/// that what a crash left can be found from it.
/// </summary>
public sealed partial class JobPurge(
    GenerationStore store, VideoStore videos, ImageStore images, ImageUse imageUse, ClientQuota quota, JobOrchestrations orchestrations, TimeProvider time, ILogger<JobPurge> log)
{
    /// <summary>Removes a job.</summary>
    /// <param name="durable">The engine.</param>
    /// <param name="seen">Its record.</param>
    /// <param name="withImage">Whether its image goes too, where no other job stands on it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What was removed; null where the job is not over.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<PurgedJob?> RunAsync(DurableTaskClient durable, JobRecord seen, bool withImage, CancellationToken cancellationToken)
    {
        JobRecord job = await store.UpdateAsync(seen, record => record.WithRemoval(time.GetUtcNow()), cancellationToken);
        if (job.RemovedAt is null)
            return null;
        await quota.SettleAsync(job, cancellationToken);
        int histories = await orchestrations.PurgeAsync(durable, job, cancellationToken);
        int removed = await videos.RemoveAsync(job, cancellationToken);
        string image = withImage ? await RemoveImageAsync(job, cancellationToken) : PurgedJob.Kept;
        await store.RemoveAsync(job, cancellationToken);
        LogPurged(job.Id, removed, image, histories);
        return new PurgedJob(job.Id.Value, removed, image, histories, [.. job.Attempts.Select(attempt => attempt.TaskId).OfType<string>()]);
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

        if (own is null)
            return PurgedJob.None;
        if (await imageUse.IsUsedElsewhereAsync(job, own, cancellationToken) is not false)
            return PurgedJob.Kept;
        return await images.RemoveAsync(job.Client, own, cancellationToken) ? PurgedJob.Removed : PurgedJob.None;
    }

    [LoggerMessage(2601, LogLevel.Information, "Job {JobId} is removed: {Videos} videos, image {Image}, {Histories} histories.")]
    private partial void LogPurged(JobId jobId, int videos, string image, int histories);
}
