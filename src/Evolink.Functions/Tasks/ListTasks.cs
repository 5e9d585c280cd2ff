using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Tasks;

/// <summary><c>GET /v1/tasks</c>: the caller's jobs, newest first.</summary>
public sealed class ListTasks(GenerationStore store, TaskPages pages, TaskViews views)
{
    private const int Usual = 20;
    private const int Most = 100;
    private const int LongestText = 200;

    // 9999-12-31T23:59:59Z
    private const long LastSecond = 253_402_300_799;

    private static readonly FrozenSet<string> Statuses = FrozenSet.Create(StringComparer.Ordinal, [.. Enum.GetValues<JobState>().Select(state => state.WireStatus).Distinct()]);

    /// <summary>
    /// <c>?limit=&amp;after=</c> pages through them: <c>next</c> of one answer is <c>after</c> of the next question. <c>?status=</c>,
    /// <c>?q=</c>,
    /// <c>?created_after=</c> and <c>?created_before=</c> narrow them down.
    /// <c>?ids=a,b</c> asks for some by name, in that order; <c>?evolink_task_id=</c> for the one that owns a task of Evolink's. An operator asks for those of a client with <c>?client=</c>.
    /// </summary>
    [Function(nameof(ListTasks))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/tasks")] HttpRequest request, CancellationToken cancellationToken)
    {
        Caller caller = request.HttpContext.Caller;
        IQueryCollection query = request.Query;
        string client = query["client"] is [{ Length: > 0 } named] ? named : caller.Name;
        if (!caller.MaySee(client))
            return Errors.OperatorsOnly;
        if (query.ContainsKey("ids"))
            return await ByIdAsync(request, $"{query["ids"]}".Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), cancellationToken);

        if (query["evolink_task_id"] is [{ Length: > 0 } task])
            return await ByIdAsync(request, await store.Claims.FindAsync(task, cancellationToken) is { } claim ? [claim.Job.Value] : [], cancellationToken);

        (TaskQuery? wanted, ValidationIssue? mistake) = Read(query, client, caller);
        if (wanted is null)
            return Errors.Invalid([mistake!]);
        try
        {
            JobPage page = await pages.ReadAsync(wanted, cancellationToken);
            return await AnswerAsync(request, page.Jobs, page.Next?.ToString(), cancellationToken);
        }
        catch (FormatException)
        {
            return Errors.Invalid([NotACursor]);
        }
    }

    private static ValidationIssue NotACursor => new("after", ValidationCodes.Malformed, "after is no cursor; give the 'next' of the answer before.");

    private async Task<IResult> ByIdAsync(HttpRequest request, string[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length > Most)
            return Errors.Invalid([new ValidationIssue("ids", ValidationCodes.OutOfRange, $"ids has {ids.Length} ids; at most {Most} are allowed.")]);
        List<JobId> known = [.. from text in ids let id = JobId.TryParse(text, out JobId parsed) ? parsed : (JobId?)null where id is not null select id.Value];
        IReadOnlyList<JobRecord?> jobs = await pages.ReadAllAsync(known, cancellationToken);
        // One of another client's is not there, here as elsewhere.
        return await AnswerAsync(request, [.. jobs.OfType<JobRecord>().Where(job => request.HttpContext.Caller.MaySee(job.Client))], null, cancellationToken);
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, IReadOnlyList<JobRecord> jobs, string? next, CancellationToken cancellationToken)
    {
        string caller = request.HttpContext.Caller.Name;
        IReadOnlyDictionary<JobId, string> prompts =
            await pages.ReadPromptsAsync(jobs.Where(job => job.Client == caller), cancellationToken);
        List<TaskView> data = [];
        foreach (JobRecord job in jobs)
            data.Add(await views.MakeAsync(job, request.OwnBase, cancellationToken) with { Prompt = prompts.GetValueOrDefault(job.Id) });
        return TypedResults.Json(new TaskList(data, next), FunctionsJsonContext.Default.TaskList);
    }

    private static (TaskQuery? Query, ValidationIssue? Mistake) Read(IQueryCollection query, string client, Caller caller)
    {
        string[] statuses = Text(query, "status")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (!statuses.All(Statuses.Contains))
        {
            string all = string.Join(", ", Statuses.Order(StringComparer.Ordinal));
            return Wrong("status", ValidationCodes.NotSupported, $"status must be one of {all}, or several with commas.");
        }

        int limit = Usual;
        if (Text(query, "limit") is { } wanted
            && (!int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > Most))
        {
            return Wrong("limit", ValidationCodes.OutOfRange, $"limit must be a whole number from 1 to {Most}.");
        }

        if (Text(query, "q") is { Length: > LongestText })
            return Wrong("q", ValidationCodes.TooLong, $"q has at most {LongestText} characters.");
        if (!TryReadTime(query, "created_after", out DateTimeOffset? from))
            return Wrong("created_after", ValidationCodes.Malformed, "created_after must be a time in Unix seconds, as in 'created'.");
        if (!TryReadTime(query, "created_before", out DateTimeOffset? before))
            return Wrong("created_before", ValidationCodes.Malformed, "created_before must be a time in Unix seconds, as in 'created'.");
        IndexCursor? after = null;
        if (Text(query, "after") is { } cursor && !IndexCursor.TryParse(cursor, out after))
            return (null, NotACursor);
        TaskQuery read = new(client, limit, after)
        {
            Statuses = statuses.ToHashSet(StringComparer.Ordinal),
            CreatedAfter = from,
            CreatedBefore = before,
            Text = Text(query, "q"),
            SearchesPrompts = client == caller.Name,
        };
        return (read, null);
    }

    private static (TaskQuery? Query, ValidationIssue? Mistake) Wrong(string param, string code, string message) =>
        (null, new ValidationIssue(param, code, message));

    private static string? Text(IQueryCollection query, string name) => query[name] is [{ Length: > 0 } text] ? text : null;

    private static bool TryReadTime(IQueryCollection query, string name, out DateTimeOffset? time)
    {
        time = null;
        if (Text(query, name) is not { } text)
            return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > LastSecond)
            return false;
        time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}

/// <summary>One page of jobs.</summary>
/// <param name="Data">The jobs, newest first. With a filter it may be short, even empty, while there is more.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; absent on the last one.</param>
public sealed record TaskList(
    [property: JsonPropertyName("data")] IReadOnlyList<TaskView> Data,
    [property: JsonPropertyName("next")] string? Next);
