using System.Collections.Frozen;
using System.Globalization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;

namespace Evolink.Functions.Tasks;

/// <summary>Lists of jobs as clients see them.</summary>
public sealed class TaskLists(TaskPages pages, TaskViews views)
{
    /// <summary>Jobs of a page where nothing else was asked for.</summary>
    public const int Usual = 20;

    /// <summary>Most jobs of a page.</summary>
    public const int Most = 100;

    private const int LongestText = 200;

    // 9999-12-31T23:59:59Z
    private const long LastSecond = 253_402_300_799;

    private static readonly FrozenSet<string> Statuses =
        FrozenSet.Create(StringComparer.Ordinal, [.. Enum.GetValues<JobState>().Select(state => state.WireStatus).Distinct()]);

    /// <summary>What is wrong with a cursor that is none of the list's.</summary>
    public static ValidationIssue NotACursor { get; } =
        new("after", ValidationCodes.Malformed, "after is no cursor; give the 'next' of the answer before.");

    /// <summary>
    /// Reads which page is wanted: <c>status</c> (several with commas), <c>limit</c>, <c>after</c> (the <c>next</c> of the page before),
    /// <c>q</c>, <c>created_after</c> and <c>created_before</c>.
    /// </summary>
    /// <param name="client">Whose jobs.</param>
    /// <param name="caller">Who asks: prompts are searched of its own jobs alone.</param>
    /// <param name="text">What was asked for under a name; null: nothing.</param>
    public static (TaskQuery? Query, ValidationIssue? Mistake) Read(string client, Caller caller, Func<string, string?> text)
    {
        string[] statuses = text("status")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (!statuses.All(Statuses.Contains))
        {
            string all = string.Join(", ", Statuses.Order(StringComparer.Ordinal));
            return Wrong("status", ValidationCodes.NotSupported, $"status must be one of {all}, or several with commas.");
        }

        int limit = Usual;
        if (text("limit") is { } wanted
            && (!int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > Most))
        {
            return Wrong("limit", ValidationCodes.OutOfRange, $"limit must be a whole number from 1 to {Most}.");
        }

        if (text("q") is { Length: > LongestText })
            return Wrong("q", ValidationCodes.TooLong, $"q has at most {LongestText} characters.");
        if (!TryReadTime(text("created_after"), out DateTimeOffset? from))
            return Wrong("created_after", ValidationCodes.Malformed, "created_after must be a time in Unix seconds, as in 'created'.");
        if (!TryReadTime(text("created_before"), out DateTimeOffset? before))
            return Wrong("created_before", ValidationCodes.Malformed, "created_before must be a time in Unix seconds, as in 'created'.");
        IndexCursor? after = null;
        if (text("after") is { } cursor && !IndexCursor.TryParse(cursor, out after))
            return (null, NotACursor);
        TaskQuery read = new(client, limit, after)
        {
            Statuses = statuses.ToHashSet(StringComparer.Ordinal),
            CreatedAfter = from,
            CreatedBefore = before,
            Text = text("q"),
            SearchesPrompts = client == caller.Name,
        };
        return (read, null);
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

    private static (TaskQuery? Query, ValidationIssue? Mistake) Wrong(string param, string code, string message) =>
        (null, new ValidationIssue(param, code, message));

    private static bool TryReadTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null)
            return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > LastSecond)
            return false;
        time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}
