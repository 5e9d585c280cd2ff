using System.Text.Json;
using System.Text.Json.Nodes;
using DurableTask.Core;
using DurableTask.Core.History;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary>
/// <c>GET /v1/tasks/{id}/story</c>, for operators: all that is known of one job in one document, to be attached to a ticket. Record, ledger, deliveries, claims and
/// orchestrations hold no secret; the request, which may, is not in it.
/// </summary>
public sealed class GetTaskStory(GenerationStore store, TimeProvider time)
{
    /// <summary>Tells what the record, the claims and the engine hold.</summary>
    [Function(nameof(GetTaskStory))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/tasks/{id}/story")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (!request.HttpContext.Caller.IsOperator)
            return Errors.OperatorsOnly;
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } job)
            return Errors.NoSuchTask;
        TaskStory story = new(
            time.GetUtcNow(),
            JsonSerializer.SerializeToNode(job, PipelineJsonContext.Default.JobRecord)!,
            await store.Markers.FindAsync(job.Id, cancellationToken) is not null,
            await ClaimsAsync(job, cancellationToken),
            await OrchestrationsAsync(durable, job, cancellationToken));
        return TypedResults.Json(story, FunctionsJsonContext.Default.TaskStory);
    }

    private async Task<IReadOnlyDictionary<string, string?>> ClaimsAsync(JobRecord job, CancellationToken cancellationToken)
    {
        Dictionary<string, string?> claims = new(StringComparer.Ordinal);
        IEnumerable<string?> tasks = job.Attempts.SelectMany(
            attempt => attempt.Candidates.Concat(attempt.Look?.Tasks ?? []).Append(attempt.TaskId));
        foreach (string task in tasks.OfType<string>())
            claims[task] = (await store.Claims.FindAsync(task, cancellationToken))?.Job.Value;
        return claims;
    }

    private static async Task<IReadOnlyList<OrchestrationStory>> OrchestrationsAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken)
    {
        List<OrchestrationStory> stories = [];
        foreach (string instance in JobOrchestrations.InstanceIds(job))
        {
            if (await durable.GetInstanceAsync(instance, cancellationToken) is { } found)
            {
                stories.Add(new OrchestrationStory(
                    instance, found.Name, found.RuntimeStatus.ToString(), found.CreatedAt, found.LastUpdatedAt, await EventsAsync(durable, instance, cancellationToken)));
            }
        }

        return stories;
    }

    // Kinds, names and times: what went in and out is in the record.
    private static async Task<IReadOnlyList<StoryEvent>?> EventsAsync(DurableTaskClient durable, string instance, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await durable.GetOrchestrationHistoryAsync(instance, cancellationToken))
                .Select(each => new StoryEvent(each.Timestamp, each.GetType().Name, NameIn(each), FailureIn(each)))];
        }
        catch (Exception e) when (e is NotSupportedException or NotImplementedException)
        {
            // Not every engine tells it.
            return null;
        }
    }

    private static string? FailureIn(HistoryEvent told) => told switch
    {
        TaskFailedEvent { FailureDetails: { } details } => FailureOf(details),
        TaskFailedEvent failed => FailureText.Of(null, failed.Reason),
        SubOrchestrationInstanceFailedEvent { FailureDetails: { } details } => FailureOf(details),
        ExecutionCompletedEvent { FailureDetails: { } details } => FailureOf(details),
        _ => null,
    };

    private static string FailureOf(FailureDetails details) => FailureText.Of(details.ErrorType, details.ErrorMessage);

    private static string? NameIn(HistoryEvent told) => told switch
    {
        ExecutionStartedEvent { Version: { Length: > 0 } version } started => $"{started.Name} {version}",
        ExecutionStartedEvent started => started.Name,
        TaskScheduledEvent scheduled => scheduled.Name,
        SubOrchestrationInstanceCreatedEvent created => created.Name,
        EventRaisedEvent raised => raised.Name,
        EventSentEvent sent => sent.Name,
        ExecutionCompletedEvent completed => completed.OrchestrationStatus.ToString(),
        _ => null,
    };
}

/// <summary>The story of a job.</summary>
/// <param name="ExportedAt">When it was told.</param>
/// <param name="Record">The job's record as it stands in storage: timeline, ledger, video, deliveries, trace.</param>
/// <param name="Active">Whether it has a marker that says that something is left to do.</param>
/// <param name="Claims">The tasks that it knows, and which job owns each.</param>
/// <param name="Orchestrations">Its orchestrations, as far as the engine still has them.</param>
public sealed record TaskStory(
    DateTimeOffset ExportedAt, JsonNode Record, bool Active, IReadOnlyDictionary<string, string?> Claims, IReadOnlyList<OrchestrationStory> Orchestrations);

/// <summary>One orchestration.</summary>
/// <param name="InstanceId">Its id.</param>
/// <param name="Name">Its function.</param>
/// <param name="Status">How it stands.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="UpdatedAt">When it did something last.</param>
/// <param name="Events">Its history; absent where the engine does not tell it.</param>
public sealed record OrchestrationStory(
    string InstanceId, string Name, string Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<StoryEvent>? Events);

/// <summary>One event of a history.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What, as DurableTask.Core calls it: <c>TaskScheduledEvent</c>, <c>TimerFiredEvent</c>.</param>
/// <param name="Name">Of what: the activity, the event, the orchestrator with its version; the status, where it is the end.</param>
/// <param name="Failure">Type and message of what failed, without links.</param>
public sealed record StoryEvent(DateTime At, string Kind, string? Name, string? Failure);
