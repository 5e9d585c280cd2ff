using System.Text.Json.Nodes;
using Evolink.Client;
using Evolink.Functions;
using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Limits;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Evolink.OpenApi;

/// <summary>Answers that several operations give; errors are the app's own.</summary>
internal static class Answers
{
    private const string RetryAfter = "Retry-After";

    private static readonly HttpResponse Nobody = new DefaultHttpContext().Response;

    /// <summary>Something is broken.</summary>
    public static Answer Internal { get; } = Error("Something is broken in the app, or its storage is away.", Errors.Internal);

    /// <summary>What any operation may answer, by the name under which it stands in the document; but for the last, where a key is needed.</summary>
    public static IReadOnlyDictionary<string, Answer> Shared { get; } = new Dictionary<string, Answer>(StringComparer.Ordinal)
    {
        ["Unauthorized"] = Error("There is no key, or a wrong one.", Errors.Unauthorized, "WWW-Authenticate"),
        ["TooManyRequests"] = Error(
            "A limit of the client is reached: `Limits:...:RequestsPerMinute`, or for generations also `MaxInFlight`.", Errors.TooManyRequests(Nobody, TimeSpan.FromSeconds(17)), RetryAfter),
        ["InternalError"] = Internal,
    };

    public static Answer NoCredits { get; } = Error(
        "The client's credits of the day are used up (`CreditsPerDay`).",
        Errors.OverQuota(Nobody, new IntakeResult.OverQuota(new QuotaRefusal.Credits(Limit: 100, Spent: 80, Held: 17, Wanted: 5), TimeSpan.FromHours(5))),
        RetryAfter);

    public static Answer NoTask { get; } = Error("There is no such task, or it is another client's.", Errors.NoSuchTask);

    public static Answer NoBatch { get; } = Error("There is no such batch, or it is another client's.", Errors.NoSuchBatch);

    public static Answer OperatorsOnly { get; } = Error("The key is no operator's.", Errors.OperatorsOnly);

    public static Answer KeyConflict { get; } = Error("The key was used before with another body.", Errors.IdempotencyConflict);

    public static Answer TaskRemoved { get; } = Error("The task of this key was deleted.", Errors.TaskRemoved);

    public static Answer NotReady { get; } = Error("The app is not configured for work; `/healthz` says what is missing.", Errors.NotReady(["Evolink:ApiKey"]));

    public static Answer TooLarge(long limit) => Error("The body is too large.", Errors.TooLarge(limit));

    public static Answer Encoded { get; } = Error(
        "The body is compressed, or encoded in another way.", Errors.Encoded("gzip"), "Accept-Encoding");

    public static Answer Task(string description, TaskView example) => new(200, description)
    {
        Type = FunctionsJsonContext.Default.TaskView,
        Example = Samples.Json(example, FunctionsJsonContext.Default.TaskView),
    };

    public static Answer Invalid(string description, string param, string message) =>
        Error(description, Errors.Invalid([new ValidationIssue(param, ValidationCodes.OutOfRange, message)]));

    public static Answer Error(string description, JsonHttpResult<EvolinkErrorResponse> error, params string[] headers) => new(error.StatusCode!.Value, description)
    {
        Type = EvolinkJsonContext.Default.EvolinkErrorResponse,
        Example = Samples.Json(error.Value!, EvolinkJsonContext.Default.EvolinkErrorResponse),
        Headers = headers,
    };

    public static JsonObject Header(string name) => name switch
    {
        RetryAfter => Header("When it is worth asking again, in seconds.", "integer"),
        "Location" => Header("Where it is asked for, or where the video is.", "string"),
        "Idempotency-Replayed" => Header("`true` where the `Idempotency-Key` met what was there.", "string"),
        "Preference-Applied" => Header("`wait=N` where the answer was held.", "string"),
        "Accept-Encoding" => Header("`identity`: bodies are taken as they are.", "string"),
        "WWW-Authenticate" => Header("`Bearer`.", "string"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Describe it here."),
    };

    private static JsonObject Header(string description, string type) => new() { ["description"] = description, ["schema"] = new JsonObject { ["type"] = type } };
}
