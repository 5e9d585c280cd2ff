using Evolink.Functions.Tasks;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Retention;

/// <summary>
/// Removes by age: finished orchestrations, jobs with all that belongs to them, batches, images. Each run takes a bounded time, and two at once do no
/// harm; what a run leaves is told by metrics. That one part, or one record, fails does not stop the others.
/// </summary>
public sealed partial class RetentionRun(
    GenerationStore jobs,
    BatchStore batches,
    ImageStore images,
    ImageUse imageUse,
    JobPurge purge,
    ItemLoop loop,
    IOptions<EvolinkOptions> options,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<RetentionRun> log)
{
    private const string Loop = "retention";

    // Names of images, held in memory.
    private const int MostImages = 100_000;
    private const int AtOnce = 16;

    private static readonly TimeSpan LongestPurge = TimeSpan.FromMinutes(1);

    private static readonly OrchestrationRuntimeStatus[] Over =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    private readonly EvolinkOptions _options = options.Value;
    private string? _from;

    /// <summary>How long a run removes jobs at most; an app's other functions go on meanwhile.</summary>
    internal TimeSpan LongestRun { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Removes what is old enough.</summary>
    /// <exception cref="AggregateException">Parts of it failed.</exception>
    public async Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        (int histories, int records, int lists, int pictures) = (0, 0, 0, 0);
        IndependentParts parts = new(LogPartFailed, cancellationToken);
        await parts.TryAsync("histories", async () => histories = await HistoriesAsync(durable, cancellationToken));
        await parts.TryAsync("jobs", async () => records = await JobsAsync(durable, cancellationToken));
        await parts.TryAsync("batches", async () => lists = await BatchesAsync(cancellationToken));
        await parts.TryAsync("images", async () => pictures = await ImagesAsync(cancellationToken));
        parts.ThrowIfAnyFailed("retention");
        LogFinished(histories, records + lists, pictures);
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
        // A batch that is not over would make the jobs of its items anew.
        IReadOnlySet<string> busy = await imageUse.ClientsWithBatchesAsync(cancellationToken);
        DateTimeOffset end = time.GetUtcNow() + LongestRun;
        Leftover left = new();
        int removed = 0;
        await loop.RunAsync(
            Loop,
            jobs.UnchangedSinceAsync(before, cancellationToken),
            AtOnce,
            job => job.Id.Value,
            async (job, stopping) =>
            {
                // Blobs are listed in the order of their names: where the last run was cut off, this one goes on.
                if (string.CompareOrdinal(job.Id.Value, _from) < 0)
                    left.Add(job.Id, job.ChangedAt, isCutOff: false);
                else if (time.GetUtcNow() >= end)
                    left.Add(job.Id, job.ChangedAt, isCutOff: true);
                else if (await RemoveAsync(durable, job.Id, before, busy, stopping))
                    Interlocked.Increment(ref removed);
            },
            cancellationToken);
        _from = left.CutOffAt;
        TimeSpan lag = left.Oldest is { } oldest ? before - oldest : TimeSpan.Zero;
        metrics.RetentionRan(left.Count, lag);
        if (left.Count > 0)
            LogLeft(left.Count, lag);
        return removed;
    }

    /// <returns>Whether it is gone; not where it is to stay.</returns>
    private async Task<bool> RemoveAsync(
        DurableTaskClient durable, JobId id, DateTimeOffset before, IReadOnlySet<string> busy, CancellationToken cancellationToken)
    {
        switch (await jobs.LookAsync(id, cancellationToken))
        {
            case { Tombstone: { } tombstone } removed when tombstone.RemovedAt < before && !busy.Contains(tombstone.Client):
                await jobs.RemoveTombstoneAsync(removed, cancellationToken);
                return true;
            case { Record: { State.IsTerminal: true } job } when job.Hub == _options.Hub && job.EndedAt < before
                && (job.Source != BatchId.Source || !busy.Contains(job.Client)):
                return await purge.ExpireAsync(durable, job, cancellationToken);
            default:
                return false;
        }
    }

    private async Task<int> BatchesAsync(CancellationToken cancellationToken)
    {
        if (Before(_options.RecordRetentionDays) is not { } before)
            return 0;
        HashSet<BatchId> active = [];
        await foreach ((BatchId id, _, _) in batches.ActiveAsync(cancellationToken))
            active.Add(id);
        DateTimeOffset end = time.GetUtcNow() + LongestRun;
        int removed = 0;
        await loop.RunAsync(
            Loop,
            batches.UnchangedSinceAsync(before, cancellationToken).Where(id => !active.Contains(id)).TakeWhile(_ => time.GetUtcNow() < end),
            AtOnce,
            id => id.Value,
            async (id, stopping) =>
            {
                if (await batches.FindAsync(id, stopping) is not { } batch || batch.Hub != _options.Hub)
                    return;
                await batches.RemoveAsync(batch, stopping);
                Interlocked.Increment(ref removed);
            },
            cancellationToken);
        return removed;
    }

    private async Task<int> ImagesAsync(CancellationToken cancellationToken)
    {
        if (Before(_options.ImageRetentionDays) is not { } before)
            return 0;
        int removed = 0;
        await loop.RunAsync(
            Loop,
            (await RemovableImagesAsync(before, cancellationToken)).ToAsyncEnumerable(),
            AtOnce,
            image => $"{image.Client}/{image.Sha256}",
            async (image, stopping) =>
            {
                if (await images.RemoveAsync(image, stopping))
                    Interlocked.Increment(ref removed);
            },
            cancellationToken);
        return removed;
    }

    /// <summary>
    /// The images that were not used since a time and that no live job stands on, nor may come to stand on by a batch; as they were seen before anything
    /// was asked, so that one which a new job uses meanwhile is not removed.
    /// </summary>
    public async Task<IReadOnlyList<ImageVersion>> RemovableImagesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        List<ImageVersion> old = await images.OlderThanAsync(before, cancellationToken).Take(MostImages).ToListAsync(cancellationToken);
        if (old.Count == 0)
            return [];
        IReadOnlySet<string> live = await imageUse.OfLiveJobsAsync(cancellationToken);
        IReadOnlySet<string> busy = await imageUse.ClientsWithBatchesAsync(cancellationToken);
        return [.. old.Where(image => !busy.Contains(image.Client) && !live.Contains(image.Sha256))];
    }

    // An alert is raised where this is not seen for a while.
    [LoggerMessage(
        2611, LogLevel.Information, "The retention has finished; removed by age: {Histories} histories, {Records} jobs and batches, {Images} images.")]
    private partial void LogFinished(int histories, int records, int images);

    [LoggerMessage(2612, LogLevel.Warning, "{Left} records past their time are left for the next run; the oldest is {Lag} past it.")]
    private partial void LogLeft(long left, TimeSpan lag);

    [LoggerMessage(2613, LogLevel.Error, "The retention of {Part} failed; the other parts run.")]
    private partial void LogPartFailed(Exception e, string part);

    // What a run did not get to.
    private sealed class Leftover
    {
        private readonly Lock _lock = new();

        public long Count { get; private set; }

        public DateTimeOffset? Oldest { get; private set; }

        public string? CutOffAt { get; private set; }

        public void Add(JobId id, DateTimeOffset changedAt, bool isCutOff)
        {
            lock (_lock)
            {
                Count++;
                Oldest = Oldest < changedAt ? Oldest : changedAt;
                if (isCutOff && (CutOffAt is null || string.CompareOrdinal(id.Value, CutOffAt) < 0))
                    CutOffAt = id.Value;
            }
        }
    }
}
