using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evolink.Client;
using Evolink.LocalHost.Data;

namespace Evolink.LocalHost.Cli;

/// <summary><c>operator</c>: what operators do with a running app, one command for each of its operators' calls. Answers are JSON on standard output.</summary>
internal static class OperatorCommand
{
    private const string KeyVariable = "EVOLINK_OPERATOR_KEY";
    private const string LocalEndpoint = "http://127.0.0.1:7071";

    // For people: a link keeps its &.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Build()
    {
        var endpoint = new Option<string>("--endpoint")
        {
            Description = "Address of the app.",
            HelpName = "URL",
            Recursive = true,
            DefaultValueFactory = static _ => LocalEndpoint,
        };
        endpoint.Validators.Add(static result => CommonOptions.Require(
            result, Uri.TryCreate(result.GetValueOrDefault<string>(), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https", "--endpoint is an address such as https://my-app.azurewebsites.net."));
        var key = new Option<string?>("--key")
        {
            Description = $"An operator's key; default: {KeyVariable}, or the data folder's own for an app on this machine.",
            HelpName = "KEY",
            Recursive = true,
        };
        Option<string> data = CommonOptions.Data();
        data.Recursive = true;
        Call call = (parsed, method, path, body) => RunAsync(new Uri(parsed.GetValue(endpoint)!), parsed.GetValue(key), parsed.GetValue(data)!, method, path, body);
        return new Command("operator", "Looks after the jobs of a running app.")
        {
            endpoint, key, data,
            Find(call),
            Submits(
                "find-lost",
                "Lists the jobs whose submit was lost, each with the tasks that it could be; attach takes one.",
                HttpMethod.Get,
                "/lost",
                call),
            OfJob("story", "Tells all that is known of a job, without secrets.", HttpMethod.Get, "/story", call),
            OfJob("redeliver", "Tells a job's end to its callback_url once more.", HttpMethod.Post, "/redeliver", call),
            OfJob("retry-save", "Saves a video that could not be saved before.", HttpMethod.Post, "/retry-save", call),
            Attach(call),
            FreeClaim(call),
            Purge(call),
            Submits("submits", "Says whether submits go out.", HttpMethod.Get, string.Empty, call),
            Submits("pause", "Holds all submits back: jobs wait, nothing is lost.", HttpMethod.Post, "/pause", call),
            Submits("resume", "Lets submits go again.", HttpMethod.Post, "/resume", call),
        };
    }

    private delegate Task<int> Call(ParseResult parsed, HttpMethod method, string path, JsonNode? body);

    private static Argument<string> Job() => new("job") { Description = "The job, gen-..." };

    private static Argument<string> Task() => new("task") { Description = "Evolink's id of a task." };

    private static string PathOf(string job) => $"v1/tasks/{Uri.EscapeDataString(job)}";

    private static Command Find(Call call)
    {
        Argument<string> task = Task();
        var command = new Command("find", "Finds the job that owns a task of Evolink's.") { task };
        command.SetAction(parsed => call(parsed, HttpMethod.Get, $"v1/tasks?evolink_task_id={Uri.EscapeDataString(parsed.GetValue(task)!)}", null));
        return command;
    }

    private static Command OfJob(string name, string description, HttpMethod method, string suffix, Call call)
    {
        Argument<string> job = Job();
        var command = new Command(name, description) { job };
        command.SetAction(parsed => call(parsed, method, PathOf(parsed.GetValue(job)!) + suffix, null));
        return command;
    }

    private static Command Attach(Call call)
    {
        Argument<string> job = Job();
        Argument<string> task = Task();
        var command = new Command("attach", "Gives a job the task of its lost submit: it is waited for, and its video saved.") { job, task };
        command.SetAction(parsed => call(
            parsed, HttpMethod.Post, PathOf(parsed.GetValue(job)!) + "/attach", new JsonObject { ["evolink_task_id"] = parsed.GetValue(task) }));
        return command;
    }

    private static Command FreeClaim(Call call)
    {
        Argument<string> task = Task();
        var command = new Command("free-claim", "Takes a task away from the job that has it by mistake, so that it can be attached to another.") { task };
        command.SetAction(parsed => call(parsed, HttpMethod.Delete, $"v1/claims/{Uri.EscapeDataString(parsed.GetValue(task)!)}", null));
        return command;
    }

    private static Command Purge(Call call)
    {
        Argument<string> job = Job();
        var sure = new Option<bool>("--yes") { Description = "Needed: video, image and records of the job go for good." };
        var command = new Command("purge", "Removes a job that is over, with its video, image, records and histories.") { job, sure };
        command.Validators.Add(result => CommonOptions.Require(result, result.GetValue(sure), "purge removes the job for good: add --yes."));
        command.SetAction(parsed => call(parsed, HttpMethod.Delete, PathOf(parsed.GetValue(job)!), null));
        return command;
    }

    private static Command Submits(string name, string description, HttpMethod method, string suffix, Call call)
    {
        var command = new Command(name, description);
        command.SetAction(parsed => call(parsed, method, "v1/submits" + suffix, null));
        return command;
    }

    private static async Task<int> RunAsync(Uri endpoint, string? key, string data, HttpMethod method, string path, JsonNode? body)
    {
        using var signals = new StopSignals();
        EvolinkAppClient app = AppConnection.ClientOf(endpoint, key ?? KeyFor(endpoint, data));
        Console.WriteLine((await app.SendAsync(method, path, body, signals.Token)).ToJsonString(Readable));
        return ExitCode.Done;
    }

    // The data folder's key is for the app that runs on it, and goes nowhere else.
    private static string KeyFor(Uri endpoint, string data)
    {
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } given)
            return given;
        return endpoint.IsLoopback && LocalKeys.Read(data) is { } keys
            ? keys.Operator
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"There is no operator's key for {endpoint.Host}: give --key, or set {KeyVariable}."));
    }
}
