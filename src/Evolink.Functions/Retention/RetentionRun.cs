using Evolink.Functions.Tasks;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Retention;

/// <summary>
/// Removes by age: finished orchestrations, jobs with all that belongs to them, batches, images. Each run does a bounded piece, and two at once do no harm.
/// </summary>
public sealed partial class RetentionRun(
    GenerationStore jobs,
    BatchStore batches,
    ImageStore images,
    ImageUse imageUse,
    JobPurge purge,
    IOptions<EvolinkOptions> options,
    TimeProvider time,
    ILogger<RetentionRun> log)
{
    private const int MostLooks = 2000;
    private const int MostRemovals = 500;
    private static readonly TimeSpan LongestPurge = TimeSpan.FromMinutes(1);

    private static readonly OrchestrationRuntimeStatus[] Over =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    private readonly EvolinkOptions _options = options.Value;

    /// <summary>Removes what is old enough.</summary>
    public async Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        int histories = await HistoriesAsync(durable, cancellationToken);
        int records = await JobsAsync(durable, cancellationToken) + await BatchesAsync(cancellationToken);
        int pictures = await ImagesAsync(cancellationToken);
        if (histories + records + pictures > 0)
            LogRemoved(histories, records, pictures);
    }

    private DateTimeOffset? Before(int days) => days == 0 ? null : time.GetUtcNow() - TimeSpan.FromDays(days);

    private async Task<int> HistoriesAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        if (Before(_options.HistoryRetentionDays) is not { } before)
            return 0;
        // Azure Tables have no time before 1601, which "no beginning" would be.
        PurgeInstancesFilter old = new(DateTimeOffset.UnixEpoch, before, Over) { Timeout = LongestPurge };
        return (await durable.PurgeAllInstancesAsync(old, cancellationToken)).PurgedInstanceCount;
    }

    private async Task<int> JobsAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        if (Before(_options.RecordRetentionDays) is not { } before)
            return 0;
        (int looks, int removed) = (0, 0);
        await foreach (JobId id in jobs.UnchangedSinceAsync(before, cancellationToken))
        {
            if (++looks > MostLooks || removed >= MostRemovals)
                break;
            if (await jobs.FindAsync(id, cancellationToken) is { State.IsTerminal: true } job && job.Hub == _options.Hub && job.EndedAt < before
                && await purge.RunAsync(durable, job, withImage: false, cancellationToken) is not null)
            {
                removed++;
            }
        }

        return removed;
    }

    private async Task<int> BatchesAsync(CancellationToken cancellationToken)
    {
        if (Before(_options.RecordRetentionDays) is not { } before)
            return 0;
        HashSet<BatchId> active = [];
        await foreach ((BatchId id, _, _) in batches.ActiveAsync(cancellationToken))
            active.Add(id);
        int removed = 0;
        await foreach (BatchId id in batches.UnchangedSinceAsync(before, cancellationToken))
        {
            if (active.Contains(id) || await batches.FindAsync(id, cancellationToken) is not { } batch || batch.Hub != _options.Hub)
                continue;
            await batches.RemoveAsync(id, cancellationToken);
            if (++removed >= MostRemovals)
                break;
        }

        return removed;
    }

    private async Task<int> ImagesAsync(CancellationToken cancellationToken)
    {
        if (Before(_options.ImageRetentionDays) is not { } before)
            return 0;
        int removed = 0;
        foreach ((string client, string sha256) in (await RemovableImagesAsync(before, cancellationToken)).Take(MostRemovals))
        {
            if (await images.RemoveAsync(client, sha256, cancellationToken))
                removed++;
        }

        return removed;
    }

    /// <summary>The images, some thousands at most, that came before a time and that no live job stands on, nor may come to stand on by a batch.</summary>
    public async Task<IReadOnlyList<(string Client, string Sha256)>> RemovableImagesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        List<(string Client, string Sha256)> old = [];
        await foreach ((string Client, string Sha256) image in images.OlderThanAsync(before, cancellationToken))
        {
            old.Add(image);
            if (old.Count >= MostLooks)
                break;
        }

        if (old.Count == 0)
            return [];
        // After the list: a job that comes now with one of these images finds it gone in the worst case, before anything is paid.
        IReadOnlySet<string> live = await imageUse.OfLiveJobsAsync(cancellationToken);
        IReadOnlySet<string> busy = await imageUse.ClientsWithBatchesAsync(cancellationToken);
        return [.. old.Where(image => !busy.Contains(image.Client) && !live.Contains($"{image.Client}/{image.Sha256}"))];
    }

    [LoggerMessage(2611, LogLevel.Information, "Removed by age: {Histories} histories, {Records} jobs and batches, {Images} images.")]
    private partial void LogRemoved(int histories, int records, int images);
}
