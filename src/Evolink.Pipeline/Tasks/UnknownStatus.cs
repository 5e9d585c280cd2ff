using Evolink.Client;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tasks;

/// <summary>
/// A status that is not among the documented ones, in a task that holds links or an error. Where it does not change over some reads, the
/// task is taken for what it holds: waiting for a word that never comes would lose a video whose link lives for a day.
/// </summary>
internal static class UnknownStatus
{
    /// <summary>So many reads in a row must say the same.</summary>
    public const int Enough = 3;

    private const int Longest = 80;

    // A link in a task that is still going on may lead to a preview.
    private static readonly string[] GoingOn =
    [
        "created", "generating", "in_progress", "in_queue", "pending", "preparing", "processing", "queued", "running", "scheduled",
        "starting", "submitted", "waiting",
    ];

    /// <summary>
    /// What such a task says, without links; null where its status is known, missing or one of work that goes on, or where it holds
    /// nothing.
    /// </summary>
    public static string? Of(VideoTask task)
    {
        string? status = task.Status.Value;
        bool isKnown = task.Status.IsTerminal || string.IsNullOrEmpty(status) || GoingOn.Contains(status, StringComparer.OrdinalIgnoreCase);
        if (isKnown || task is { Results: null, Error: null })
            return null;
        string said = $"{task.Id} {status} {task.Progress} {task.Results?.Count} {task.Error?.Code}";
        return said.Length > Longest ? said[..Longest] : said;
    }

    /// <summary>The task, completed or failed where it has said so often enough.</summary>
    public static VideoTask Understand(JobRecord job, VideoTask task)
    {
        bool isSettled = Of(task) is { } said && said == job.UnknownStatus && job.UnknownStatusReads >= Enough - 1;
        return isSettled ? task with { Status = task.Results is null ? VideoTaskStatus.Failed : VideoTaskStatus.Completed } : task;
    }
}
