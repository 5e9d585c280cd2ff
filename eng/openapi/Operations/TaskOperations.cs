using Evolink.Client;
using Evolink.Functions;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;
using Evolink.Functions.Videos;

namespace Evolink.OpenApi.Operations;

internal static class TaskOperations
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(GetTask), Words.Tasks, "How a task stands")
        {
            Description = "Evolink's task query, and what this app adds. `results` is a freshly signed link each time.",
            Parameters =
            [
                Parameters.Id(Samples.PlainJob),
                new("Prefer", "header", "`wait=25`: answer when the status changes, or after so many seconds (60 at most).", new() { ["type"] = "string" }) { Example = "wait=25" },
                Parameters.Disposition,
            ],
            Answers = [Answers.Task("How it stands.", Samples.Completed) with { Headers = ["Retry-After", "Preference-Applied"] }, Answers.NoTask],
        },
        new(nameof(ListTasks), Words.Tasks, "Your tasks, newest first")
        {
            Description = "With a filter a page may be short, even empty, while there is more: `next` says so.",
            Parameters =
            [
                Parameters.Query("status", "Only those of this status, or of several with commas: `pending,processing`.", new() { ["type"] = "string" }),
                Parameters.Query(
                    "q", "Only those with this text in id, prompt, reference, metadata, source or Evolink's id, in whatever case.",
                    new() { ["type"] = "string", ["maxLength"] = 200 }),
                Parameters.Query("created_after", "Only those accepted then or later, in Unix seconds.", new() { ["type"] = "integer" }),
                Parameters.Query("created_before", "Only those accepted before, in Unix seconds.", new() { ["type"] = "integer" }),
                Parameters.Limit,
                Parameters.Query("after", "`next` of the page before.", new() { ["type"] = "string" }),
                Parameters.Query("ids", "Some by name, in this order, up to 100, separated by commas; nothing else counts then.", new() { ["type"] = "string" }),
                Parameters.Query("client", "Operators: those of a client.", new() { ["type"] = "string" }),
            ],
            Answers =
            [
                new(200, "A page.")
                {
                    Type = FunctionsJsonContext.Default.TaskList,
                    Example = Samples.Json(new TaskList([Samples.Completed], null), FunctionsJsonContext.Default.TaskList),
                },
                Answers.Invalid("A parameter is wrong.", "limit", "limit must be a whole number from 1 to 100."),
                Answers.OperatorsOnly with { Description = "`client` is another one, and the key is no operator's." },
            ],
        },
        new(nameof(GetTaskRequest), Words.Tasks, "What was asked for")
        {
            Description = "The body of the generation, to show it or to ask again with changes.",
            Parameters = [Parameters.Id(Samples.PlainJob)],
            Answers =
            [
                new(200, "The body.")
                {
                    Type = EvolinkJsonContext.Default.VideoGenerationRequest,
                    Example = Samples.Json(Samples.Plain, EvolinkJsonContext.Default.VideoGenerationRequest),
                },
                Answers.NoTask,
            ],
        },
        new(nameof(GetVideoContent), Words.Tasks, "The video")
        {
            Description = "For its owner by key, or for whoever holds the signed link.",
            TakesSignedLinks = true,
            Parameters = [Parameters.Id(Samples.PlainJob), Parameters.Expires, Parameters.SigningKey, Parameters.Signature, Parameters.Disposition],
            Answers =
            [
                new(200, "The video itself, where `VideoDelivery` is `Proxy`; ranges are answered.") { MediaType = "video/mp4", OrElse = ["video/webm", "video/quicktime"] },
                new(302, "Leads to a short-lived link.") { HasBody = false, Headers = ["Location"] },
                Answers.Error("There is neither a key nor a signature.", Errors.Unauthorized),
                Answers.Error("There is no such video for this caller, or not yet.", Errors.NotFound("The task is processing; it has no video.", "video_not_found")),
            ],
        },
        new(nameof(CancelTask), Words.Tasks, "Stop waiting")
        {
            Description = "Evolink has no cancel: what was submitted goes on there, and may be charged. A task that is over stays as it is.",
            Parameters = [Parameters.Id(Samples.PlainJob)],
            Answers = [Answers.Task("How it stands now.", Samples.Cancelled), Answers.NoTask],
        },
        new(nameof(RedeliverTask), Words.Tasks, "Call the `callback_url` once more")
        {
            Description = "For the task's client and for operators. Begins the schedule of calls anew.",
            Parameters = [Parameters.Id(Samples.FullJob)],
            Answers =
            [
                Answers.Task("It is being told.", Samples.Completed),
                Answers.NoTask,
                Answers.Error("There is nothing to tell, or nowhere.", Errors.Conflict("no_callback_url", "This job was posted without a callback_url, so there is nowhere to deliver to.")),
            ],
        },
    ];
}
