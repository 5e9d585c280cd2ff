using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Evolink.Client;

namespace Evolink.Simulator;

/// <summary>Which callbacks a task gets: the genuine one, as its faults change it.</summary>
internal sealed class CallbackPlan(SimulatorOptions options, Ledger ledger, ResultLinks links)
{
    private const int Forged = 0;
    private const int Genuine = 1;
    private const int Afterwards = 2;

    /// <summary>What is sent while the task is under way.</summary>
    public static IEnumerable<PlannedCallback> Before(SimulatedTask task)
    {
        if (task.CallbackUrl is not { } url)
            return [];
        int times = task.Script.Callbacks.OfType<CallbackFault.ProcessingFirst>().Sum(fault => Math.Max(0, fault.Times));
        string body = Json(TaskBody.Of(task, new TaskCourse(TaskCourse.Processing, 50)));
        return Enumerable.Range(0, times).Select(order => new PlannedCallback("processing", url, Text(body)) { Order = order, Retries = false });
    }

    /// <summary>What is sent when the task has ended.</summary>
    public IReadOnlyList<PlannedCallback> After(SimulatedTask task)
    {
        if (task.CallbackUrl is not { } url)
            return [];
        PlannedCallback? genuine = new("genuine", url, Text(Body(task))) { Order = Genuine };
        var others = new List<PlannedCallback>();
        foreach (CallbackFault fault in task.Script.Callbacks)
        {
            genuine = fault switch
            {
                CallbackFault.Never => null,
                CallbackFault.Duplicate duplicate => genuine is null ? null : genuine with { Copies = Math.Max(0, duplicate.Copies) },
                CallbackFault.Late late => genuine is null ? null : genuine with { Delay = TimeSpan.FromSeconds(Math.Max(0, late.Seconds)) },
                CallbackFault.Tampered { Instead: true }
                    or CallbackFault.Malformed { Instead: true }
                    or CallbackFault.OtherTask { Instead: true } => null,
                _ => genuine,
            };
            if (Other(task, url, fault) is { } other)
                others.Add(other);
        }

        return genuine is null ? others : [.. others, genuine];
    }

    /// <summary>The body that the task's query would have now.</summary>
    public string Body(SimulatedTask task)
    {
        TaskCourse course = TaskCourse.Of(task, options.TimeProvider.GetUtcNow());
        IReadOnlyList<string>? issued = course.IsCompleted ? links.Issue(task, course) : null;
        return Json(TaskBody.Of(task, course, issued) with { Billing = TaskBilling.Of(task, course, options) });
    }

    /// <summary>The task's body with another status: a lie, or a truth out of order.</summary>
    public static string Body(SimulatedTask task, string status) =>
        Json(TaskBody.Of(task, new TaskCourse(status, status == TaskCourse.Completed ? 100 : 50)));

    public static Func<HttpContent> Text(string body) => () => new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private PlannedCallback? Other(SimulatedTask task, string url, CallbackFault fault) => fault switch
    {
        CallbackFault.Tampered tampered =>
            new PlannedCallback("tampered", Altered(url, tampered.Part), Text(Body(task))) { Order = Forged, Retries = false },
        CallbackFault.Malformed malformed =>
            new PlannedCallback("malformed", url, Malformed(Body(task), malformed)) { Order = Forged, Retries = false },
        CallbackFault.OtherTask other =>
            new PlannedCallback("other_task", url, Text(BodyOfOther(task, other.TaskId))) { Order = Forged, Retries = false },
        CallbackFault.CompletedThenFailed => new PlannedCallback("failed", url, Text(FailedBody(task))) { Order = Afterwards },
        _ => null,
    };

    private static string FailedBody(SimulatedTask task) =>
        Json(TaskBody.Of(task, new TaskCourse(TaskCourse.Failed, 0, task.CreatedAt, new TaskFailure("service_error", "The service failed."))));

    private string BodyOfOther(SimulatedTask task, string? otherId)
    {
        string? id = otherId ?? ledger.Read(state => state.Before(task.Id));
        if (id is not null && ledger.Find(id) is { } other)
            return Body(other);
        return Body(task).Replace(task.Id, id ?? "task-unified-1-nobodyhas", StringComparison.Ordinal);
    }

    private static string Altered(string url, UrlPart part)
    {
        int query = url.IndexOf('?', StringComparison.Ordinal);
        return part switch
        {
            UrlPart.NoQuery => query < 0 ? url : url[..query],
            UrlPart.Path => query < 0 ? Flipped(url) : Flipped(url[..query]) + url[query..],
            UrlPart.Signature => Flipped(url),
            _ => throw new InvalidOperationException($"No URL for {part}."),
        };
    }

    private static string Flipped(string text) => text[..^1] + (text[^1] == 'A' ? 'B' : 'A');

    private static Func<HttpContent> Malformed(string genuine, CallbackFault.Malformed fault) => fault.Body switch
    {
        MalformedBody.Empty => Text(""),
        MalformedBody.CutJson => Text(genuine[..(genuine.Length / 2)]),
        MalformedBody.Deep => Text(new string('[', 10_000) + new string(']', 10_000)),
        MalformedBody.WrongTypes => Text("""{"id":17,"status":["completed"],"progress":"all","results":{"0":1},"error":false,"created":"now"}"""),
        MalformedBody.Huge => () => new StreamContent(new GeneratedStream(fault.Bytes, LongString))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        },
        _ => throw new InvalidOperationException($"No body for {fault.Body}."),
    };

    /// <summary>A JSON string of the letter a without end.</summary>
    private static void LongString(Span<byte> target, long position)
    {
        target.Fill((byte)'a');
        if (position == 0 && target.Length > 0)
            target[0] = (byte)'"';
    }

    private static string Json(VideoTask task) => JsonSerializer.Serialize(task, EvolinkJsonContext.Default.VideoTask);
}
