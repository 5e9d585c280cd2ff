using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Evolink.Client;
using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary><c>GET /v1/tasks/{id}</c>.</summary>
internal sealed partial class TaskEndpoint(SimulatorOptions options, Accounts accounts, Ledger ledger, ResultLinks links)
{
    private readonly TimeProvider clock = options.TimeProvider;

    public IResult Get(string id, HttpContext context)
    {
        if (accounts.Of(context.Request) is not { } account)
            return Answers.Unauthorized();
        if (!TaskId().IsMatch(id))
            return Answers.Error(400, "invalid_task_id", "invalid_request_error", "The task id has not the right form.", "task_id");
        return Read(id, account) switch
        {
            null => NotFound(id),
            { Spoilt: { } fault } reading => Spoilt(fault, reading),
            var reading => Answers.Ok(Body(reading)),
        };
    }

    /// <summary>The body of a read among others: one that is spoilt by more than its contents is left out.</summary>
    public JsonObject? Find(string id, string account) => Read(id, account) switch
    {
        { Spoilt: null } reading => Body(reading),
        { Spoilt: ReadFault.OddStatus odd } reading => Json(Odd(reading, odd)),
        _ => null,
    };

    /// <summary>Counts the read and finds what spoils it, with no other read in between.</summary>
    private Reading? Read(string id, string account)
    {
        Reading? reading = ledger.Decide<Reading?>(state =>
        {
            if (state.Find(id) is not { } task || task.Account != account)
                return (null, null);
            TaskCourse course = TaskCourse.Of(task, clock.GetUtcNow());
            ReadFault? fault = task.Script.Reads
                .Where(fault => fault is ReadFault.NotFound or ReadFault.ErrorStatus or ReadFault.TimesOut or ReadFault.OddStatus)
                .At(task.Reads);
            return (new Reading(task, course, fault), new JournalEntry.Read(id, fault is null && course.IsCompleted));
        });
        return reading;
    }

    private IResult Spoilt(ReadFault fault, Reading reading) => fault switch
    {
        ReadFault.NotFound => NotFound(reading.Task.Id),
        ReadFault.ErrorStatus { Html: true } error => Answers.Page(error.Status),
        ReadFault.ErrorStatus error => Answers.Plain(error.Status),
        ReadFault.TimesOut timeout => Connection.Hang(timeout.Seconds, clock),
        ReadFault.OddStatus odd => Answers.Ok(Odd(reading, odd)),
        _ => throw new InvalidOperationException($"No answer for the fault {fault.GetType().Name}."),
    };

    private VideoTask Odd(Reading reading, ReadFault.OddStatus odd)
    {
        TaskFailure? failure = odd.ErrorCode is { } code ? new TaskFailure(code, "Something else happened.") : null;
        bool hasLink = odd.WithLink && reading.Course.IsCompleted;
        TaskCourse course = new(odd.Value, hasLink ? 100 : 0, Failure: failure);
        return TaskBody.Of(reading.Task, course, hasLink ? links.Issue(reading.Task, reading.Course) : null);
    }

    private JsonObject Body(Reading reading)
    {
        (SimulatedTask task, TaskCourse course, _) = reading;
        if (!course.IsCompleted)
            return Json(TaskBody.Of(task, course) with { Billing = TaskBilling.Of(task, course, options) });
        IReadOnlyList<string> issued = links.Issue(task, course);
        VideoTask body = TaskBody.Of(task, course, issued) with { Billing = TaskBilling.Of(task, course, options) };
        return task.Script.Reads.OfType<ReadFault.OddResults>().At(task.CompletedReads) is ReadFault.OddResults odd
            ? Reshape(Json(body), issued[0], odd.Shape)
            : Json(body);
    }

    private static JsonObject Json(VideoTask task) =>
        JsonSerializer.SerializeToNode(task, EvolinkJsonContext.Default.VideoTask)!.AsObject();

    private static JsonObject Reshape(JsonObject body, string link, ResultsShape shape)
    {
        switch (shape)
        {
            case ResultsShape.Null:
                body["results"] = null;
                return body;
            case ResultsShape.Empty:
                body["results"] = new JsonArray();
                return body;
            case ResultsShape.Missing:
                body.Remove("results");
                return body;
            case ResultsShape.Object:
                body["results"] = new JsonObject { ["url"] = link };
                return body;
            case ResultsShape.Wrapped:
                return new JsonObject { ["code"] = 200, ["data"] = body };
            case ResultsShape.VideoUrl:
                body.Remove("results");
                body["result_data"] = new JsonObject { ["video_url"] = link };
                return body;
            default:
                throw new InvalidOperationException($"No body for {shape}.");
        }
    }

    private static IResult NotFound(string id) => Answers.Error(404, "task_not_found", "invalid_request_error", $"There is no task {id}.");

    [GeneratedRegex(@"^task-unified-[0-9]{1,12}-[a-z0-9]{8}\z", RegexOptions.NonBacktracking)]
    private static partial Regex TaskId();

    private sealed record Reading(SimulatedTask Task, TaskCourse Course, ReadFault? Spoilt);
}
