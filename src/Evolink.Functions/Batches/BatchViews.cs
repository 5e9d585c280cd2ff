using Evolink.Client;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Batches;

/// <summary>
/// Shows batches to clients. What is over stands in the batch's record; what is under way is read from the jobs, at most as many as may be under way
/// at once, so that the counts are those of this moment.
/// </summary>
public sealed class BatchViews(BatchJobsReader jobs, TaskViews tasks, TimeProvider time)
{
    /// <summary>When it is worth asking again, in seconds, for the header <c>Retry-After</c>.</summary>
    public const string RetryAfterSeconds = "5";

    /// <summary>A batch as a client sees it, with a page of its items where one is asked for.</summary>
    public async Task<BatchView> MakeAsync(BatchRecord batch, BatchPage? page, Uri ownBase, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<int, JobRecord> underWay = (await jobs.FindAsync(batch, batch.InFlight(), cancellationToken)).Records;
        DateTimeOffset now = time.GetUtcNow();
        ItemStatus[] items = [.. batch.Items.Select((item, index) => ItemStatus.Of(item, underWay.GetValueOrDefault(index), now))];
        BatchView view = Summary(batch, items);
        return page is null ? view : await WithPageAsync(view, batch, page, items, underWay, ownBase, cancellationToken);
    }

    /// <summary>
    /// A batch among others, by its own record: no job is read for it. An item that was started counts as <c>processing</c> until the
    /// batch has seen its end, some seconds later, and makes no progress before.
    /// </summary>
    public static BatchView Summary(BatchRecord batch) => Summary(batch, [.. batch.Items.Select(ItemStatus.Of)]);

    private static BatchView Summary(BatchRecord batch, ItemStatus[] items) => new()
    {
        Created = batch.AcceptedAt.ToUnixTimeSeconds(),
        Id = batch.Id.Value,
        Status = Status(batch),
        Progress = (int)items.Average(item => item.Progress),
        Counts = new BatchCounts(
            items.Length,
            items.Count(item => item.Status == "pending"),
            items.Count(item => item.Status == "processing"),
            items.Count(item => item.State == BatchItemState.Completed),
            items.Count(item => item.State == BatchItemState.Failed),
            items.Count(item => item.State == BatchItemState.Cancelled),
            items.Count(item => item.State == BatchItemState.Removed)),
        MaxInFlight = batch.MaxInFlight,
        CancelRequestedAt = batch.CancelRequestedAt,
        EndedAt = batch.EndedAt,
    };

    private async Task<BatchView> WithPageAsync(
        BatchView view, BatchRecord batch, BatchPage page, ItemStatus[] items, IReadOnlyDictionary<int, JobRecord> underWay, Uri ownBase, CancellationToken cancellationToken)
    {
        int[] wanted = [.. Enumerable.Range(0, items.Length).Where(index => index > page.After && (page.Status is null || items[index].Status == page.Status)).Take(page.Limit + 1)];
        int[] shown = wanted[..Math.Min(wanted.Length, page.Limit)];
        IEnumerable<int> others = shown.Where(index => batch.Items[index] != BatchItemState.Waiting && !underWay.ContainsKey(index));
        IReadOnlyDictionary<int, JobRecord> over = (await jobs.FindAsync(batch, others, cancellationToken)).Records;
        List<BatchItemView> views = [];
        foreach (int index in shown)
        {
            views.Add((underWay.GetValueOrDefault(index) ?? over.GetValueOrDefault(index)) is { } job
                ? Item(index, await tasks.MakeAsync(job, ownBase, cancellationToken))
                : WithoutJob(batch, index, items[index]));
        }

        return view with { Items = views, Next = wanted.Length > page.Limit ? shown[^1] : null };
    }

    private static BatchItemView Item(int index, TaskView task) => new()
    {
        Index = index,
        Id = task.Id,
        Status = task.Status,
        Progress = task.Progress,
        Results = task.Results,
        Video = task.Video,
        Files = task.Files,
        ExpiresAt = task.ExpiresAt,
        Error = task.Error,
    };

    private static BatchItemView WithoutJob(BatchRecord batch, int index, ItemStatus item) => new()
    {
        Index = index,
        Id = batch.Id.JobOf(batch.Client, index).Value,
        Status = item.Status,
        Progress = item.Progress,
        Error = batch.Refusals.FirstOrDefault(refusal => refusal.Index == index)?.Error is { } refused
            ? new VideoTaskError { Code = refused.Code, Message = refused.Message, Type = "task_error" }
            : WhyWithoutJob(item.State),
    };

    private static VideoTaskError? WhyWithoutJob(BatchItemState state) => state switch
    {
        BatchItemState.Cancelled => new VideoTaskError
        {
            Code = "request_cancelled",
            Message = "The batch was cancelled before this item was started; it cost nothing.",
            Type = "task_error",
        },
        BatchItemState.Removed => new VideoTaskError
        {
            Code = "task_removed",
            Message = "The task of this item was deleted, with its video.",
            Type = "task_error",
        },
        _ => null,
    };

    private static string Status(BatchRecord batch) => batch switch
    {
        { EndedAt: null } => batch.Items.All(item => item == BatchItemState.Waiting) ? "pending" : "processing",
        { CancelRequestedAt: not null } => "cancelled",
        _ => "completed",
    };

    // Where an item stands: by its job while it is under way, by the batch's record before and after.
    private sealed record ItemStatus(BatchItemState State, string Status, int Progress)
    {
        public static ItemStatus Of(BatchItemState item) =>
            item == BatchItemState.Started ? new ItemStatus(item, "processing", 0) : Of(item, null, default);

        public static ItemStatus Of(BatchItemState item, JobRecord? job, DateTimeOffset now)
        {
            BatchItemState state = job is { State.IsTerminal: true } ? BatchItemStates.EndOf(job.State) : item;
            return state switch
            {
                BatchItemState.Completed => new ItemStatus(state, "completed", 100),
                BatchItemState.Failed or BatchItemState.Cancelled or BatchItemState.Removed => new ItemStatus(state, "failed", 100),
                _ when job is not null => new ItemStatus(state, job.State.WireStatus, TaskViews.Progress(job, now)),
                _ => new ItemStatus(state, "pending", 0),
            };
        }
    }
}
