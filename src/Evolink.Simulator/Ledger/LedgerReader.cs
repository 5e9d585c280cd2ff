using System.Collections.Concurrent;

namespace Evolink.Simulator;

/// <summary>Makes reports of the ledger.</summary>
internal sealed class LedgerReader(SimulatorOptions options, Ledger ledger)
{
    // Not by id alone: seeded ids may come again after a reset.
    private readonly ConcurrentDictionary<(string Id, int Duration, string Quality, int Result), VideoReport> videos = [];

    /// <param name="withVideos">Whether to tell length and hash of every result, which makes and reads them all.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<LedgerReport> ReadAsync(bool withVideos, CancellationToken cancellationToken)
    {
        (List<SubmitEntry> submits, List<IdempotencyKeyEntry> keys, List<SimulatedTask> tasks, List<string> foreign) =
            ledger.Read(state => (
                state.Submits.ToList(),
                state.Keys.Select(use => new IdempotencyKeyEntry(use.Key.Account, use.Key.Key, use.Value.TaskId)).ToList(),
                state.Tasks.ToList(),
                state.ForeignTasks.ToList()));
        Charge[] charges =
        [
            .. submits.Where(submit => submit.Charged)
                .Select(submit => new Charge(submit.TaskId!, submit.Account!, submit.Credits, submit.At, submit.IdempotencyKey)),
        ];
        var reports = new List<TaskReport>(tasks.Count);
        foreach (SimulatedTask task in tasks)
            reports.Add(await ReportAsync(task, withVideos, cancellationToken));
        return new LedgerReport(submits, charges, keys, reports) { ForeignTasks = foreign };
    }

    public async Task<TaskReport?> ReadTaskAsync(string id, CancellationToken cancellationToken) =>
        ledger.Find(id) is { } task ? await ReportAsync(task, withVideo: true, cancellationToken) : null;

    private async Task<TaskReport> ReportAsync(SimulatedTask task, bool withVideo, CancellationToken cancellationToken)
    {
        TaskCourse course = TaskCourse.Of(task, options.TimeProvider.GetUtcNow());
        List<VideoReport> results = [];
        if (withVideo && course.IsCompleted)
        {
            for (int result = 1; result <= task.Results; result++)
                results.Add(await ResultAsync(task, result, cancellationToken));
        }

        return new TaskReport(
            task.Id,
            task.Account,
            task.Prompt,
            task.CallbackUrl,
            task.CreatedAt,
            course.Status,
            course.Progress,
            course.EndedAt,
            course.Failure?.Code,
            task.Script,
            task.Reads,
            task.Downloads,
            results.FirstOrDefault(),
            task.Deliveries,
            task.CallbacksDone)
        {
            Body = task.Body,
            Results = results,
        };
    }

    private async Task<VideoReport> ResultAsync(SimulatedTask task, int result, CancellationToken cancellationToken)
    {
        (string, int, string, int) key = (task.Id, task.Duration, task.Quality, result);
        if (videos.TryGetValue(key, out VideoReport? known))
            return known;
        GeneratedVideo video = GeneratedVideo.Of(task, options.VideoBytes, result);
        return videos[key] = new VideoReport(video.Length, await video.Sha256Async(cancellationToken));
    }
}
