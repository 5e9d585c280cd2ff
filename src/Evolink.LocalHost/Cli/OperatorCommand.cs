using System.Text.Encodings.Web;

namespace Evolink.LocalHost.Cli;

/// <summary><c>operator</c>: what operators do with a running app, one command for each of their calls. Answers are JSON.</summary>
internal static class OperatorCommand
{
    // For people: a link keeps its &.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Build() => new("operator", "Looks after the jobs of a running app.")
    {
        Call("find", "Finds the job that owns a task of Evolink's.", HttpMethod.Get, "v1/tasks?evolink_task_id={0}", Task()),
        Call("find-lost", "Lists jobs whose submit was lost, with the tasks that each could be.", HttpMethod.Get, "v1/submits/lost"),
        Call("story", "Tells all that is known of a job, without secrets.", HttpMethod.Get, "v1/tasks/{0}/story", Job()),
        Call("redeliver", "Tells a job's end to its callback_url once more.", HttpMethod.Post, "v1/tasks/{0}/redeliver", Job()),
        Call("retry-save", "Saves a video that could not be saved before.", HttpMethod.Post, "v1/tasks/{0}/retry-save", Job()),
        Attach(),
        Call("free-claim", "Takes a task from a job that has it by mistake, for another.", HttpMethod.Delete, "v1/claims/{0}", Task()),
        Purge(),
        Call("submits", "Says whether submits go out.", HttpMethod.Get, "v1/submits"),
        Call("pause", "Holds all submits back: jobs wait, nothing is lost.", HttpMethod.Post, "v1/submits/pause"),
        Call("resume", "Lets submits go again.", HttpMethod.Post, "v1/submits/resume"),
    };

    private static Argument<string> Job() => new("job") { Description = "The job, gen-..." };

    private static Argument<string> Task() => new("task") { Description = "Evolink's id of a task." };

    private static AppCommand Attach()
    {
        Argument<string> task = Task();
        const string description = "Gives a job the task of its lost submit: it is waited for, and its video saved.";
        return Call("attach", description, HttpMethod.Post, "v1/tasks/{0}/attach", Job(), task, parsed => new JsonObject { ["evolink_task_id"] = parsed.GetValue(task) });
    }

    private static AppCommand Purge()
    {
        Option<bool> sure = new("--yes") { Description = "Needed: video, image and records of the job go for good." };
        const string description = "Removes a job that is over, with its video, image, records and histories.";
        AppCommand command = Call("purge", description, HttpMethod.Delete, "v1/tasks/{0}", Job(), sure);
        command.Validators.Add(result => CommonOptions.Require(result, result.GetValue(sure), "purge removes the job for good: add --yes."));
        return command;
    }

    // A command that is one call of the app: {0} in its path is what the argument names that says what the call is about.
    private static AppCommand Call(
        string name, string description, HttpMethod method, string path,
        Argument<string>? id = null, Symbol? more = null, Func<ParseResult, JsonNode>? body = null) => new(
            name,
            description,
            new Symbol?[] { id, more }.OfType<Symbol>(),
            async (parsed, app, cancellationToken) =>
            {
                string name = id is null ? "" : Uri.EscapeDataString(parsed.GetValue(id)!);
                string called = path.Replace("{0}", name, StringComparison.Ordinal);
                Console.WriteLine((await app.SendAsync(method, called, body?.Invoke(parsed), cancellationToken)).ToJsonString(Readable));
                return ExitCode.Done;
            },
            asOperator: true);
}
