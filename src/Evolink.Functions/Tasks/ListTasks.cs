using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Tasks;

/// <summary><c>GET /v1/tasks</c>: the caller's jobs, newest first.</summary>
public sealed class ListTasks(GenerationStore store, TaskPages pages, TaskLists lists)
{
    private const int MostIds = 100;

    /// <summary>
    /// <c>?limit=&amp;after=</c> pages through them: <c>next</c> of one answer is <c>after</c> of the next question. <c>?status=</c>,
    /// <c>?q=</c>, <c>?created_after=</c> and <c>?created_before=</c> narrow them down.
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

        (TaskQuery? wanted, ValidationIssue? mistake) = TaskLists.Read(client, caller, name => query[name] is [{ Length: > 0 } text] ? text : null);
        if (wanted is null)
            return Errors.Invalid([mistake!]);
        return await lists.ReadAsync(wanted, caller, request.OwnBase, cancellationToken) is { } page
            ? TypedResults.Json(page, FunctionsJsonContext.Default.TaskList)
            : Errors.Invalid([TaskLists.NotACursor]);
    }

    private async Task<IResult> ByIdAsync(HttpRequest request, string[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length > MostIds)
            return Errors.Invalid([new ValidationIssue("ids", ValidationCodes.OutOfRange, $"ids has {ids.Length} ids; at most {MostIds} are allowed.")]);
        List<JobId> known = [.. from text in ids let id = JobId.TryParse(text, out JobId parsed) ? parsed : (JobId?)null where id is not null select id.Value];
        IReadOnlyList<JobRecord?> jobs = await pages.ReadAllAsync(known, cancellationToken);
        // One of another client's is not there, here as elsewhere.
        Caller caller = request.HttpContext.Caller;
        TaskList found = await lists.MakeAsync(
            [.. jobs.OfType<JobRecord>().Where(job => caller.MaySee(job.Client))], next: null, caller, request.OwnBase, cancellationToken);
        return TypedResults.Json(found, FunctionsJsonContext.Default.TaskList);
    }
}

/// <summary>One page of jobs.</summary>
/// <param name="Data">The jobs, newest first. With a filter it may be short, even empty, while there is more.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; absent on the last one.</param>
public sealed record TaskList(
    [property: JsonPropertyName("data")] IReadOnlyList<TaskView> Data,
    [property: JsonPropertyName("next")] string? Next);
