using System.Collections.Frozen;
using System.Globalization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Tasks;

/// <summary>Lists of jobs as clients see them.</summary>
public sealed class TaskLists(TaskPages pages, TaskViews views)
{
    /// <summary>Jobs of a page where nothing else was asked for.</summary>
    public const int Usual = 20;

    /// <summary>Most jobs of a page.</summary>
    public const int Most = 100;

    private static readonly FrozenSet<string> Statuses =
        FrozenSet.Create(StringComparer.Ordinal, [.. Enum.GetValues<JobState>().Select(state => state.WireStatus).Distinct()]);

    /// <summary>What is wrong with a cursor that is none of the list's.</summary>
    public static ValidationIssue NotACursor { get; } =
        new("after", ValidationCodes.Malformed, "after is no cursor; give the 'next' of the answer before.");

    /// <summary>Reads which page is wanted; what is null or empty was not asked for.</summary>
    /// <param name="client">Whose jobs.</param>
    /// <param name="status">Those of one status.</param>
    /// <param name="limit">How many, 1 to <see cref="Most"/>.</param>
    /// <param name="after">The <c>next</c> of the page before.</param>
    public static (TaskQuery? Query, ValidationIssue? Mistake) Read(string client, string? status, string? limit, string? after)
    {
        status = string.IsNullOrEmpty(status) ? null : status;
        if (status is not null && !Statuses.Contains(status))
            return (null, new ValidationIssue("status", ValidationCodes.NotSupported, $"status must be one of {string.Join(", ", Statuses.Order(StringComparer.Ordinal))}."));
        int wanted = Usual;
        if (!string.IsNullOrEmpty(limit) && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out wanted) || wanted is < 1 or > Most))
            return (null, new ValidationIssue("limit", ValidationCodes.OutOfRange, $"limit must be a whole number from 1 to {Most}."));
        JobCursor? cursor = null;
        return !string.IsNullOrEmpty(after) && !JobCursor.TryParse(after, out cursor)
            ? (null, NotACursor)
            : (new TaskQuery(client, status, wanted, cursor), null);
    }

    /// <summary>One page; null where its cursor is none of this list's.</summary>
    public async Task<TaskList?> ReadAsync(TaskQuery query, Caller caller, Uri ownBase, CancellationToken cancellationToken)
    {
        try
        {
            JobPage page = await pages.ReadAsync(query, cancellationToken);
            return await MakeAsync(page.Jobs, page.Next?.ToString(), caller, ownBase, cancellationToken);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Shows jobs to a caller: the beginnings of prompts are those of its own jobs alone.</summary>
    public async Task<TaskList> MakeAsync(
        IReadOnlyList<JobRecord> jobs, string? next, Caller caller, Uri ownBase, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<JobId, string> prompts =
            await pages.ReadPromptsAsync(jobs.Where(job => job.Client == caller.Name), cancellationToken);
        List<TaskView> data = [];
        foreach (JobRecord job in jobs)
            data.Add(await views.MakeAsync(job, ownBase, cancellationToken) with { Prompt = prompts.GetValueOrDefault(job.Id) });
        return new TaskList(data, next);
    }
}
