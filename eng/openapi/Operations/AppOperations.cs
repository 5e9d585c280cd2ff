using Evolink.Functions;
using Evolink.Functions.Account;
using Evolink.Functions.Callbacks;
using Evolink.Functions.Health;
using Evolink.Functions.Http;
using Evolink.Functions.OpenApi;
using Evolink.Functions.Studio;

namespace Evolink.OpenApi.Operations;

internal static class AppOperations
{
    private static readonly HealthReport Healthy = new(
        "ok", new SortedDictionary<string, DependencyHealth>(StringComparer.Ordinal) { ["evolink"] = new(true, 12, null), ["engine"] = new(true, 2, null), ["storage"] = new(true, 3, null) }, null, new SubmitsHealth("open", null), null);

    private static readonly HealthReport Unhealthy = new(
        "unhealthy", new SortedDictionary<string, DependencyHealth>(StringComparer.Ordinal) { ["evolink"] = new(true, 12, null), ["engine"] = new(true, 2, null), ["storage"] = new(false, 5000, "no answer within 5 s") }, null, null, null);

    private const string HealthWords = "Each dependency with its latency, missing settings, whether submits go out; to operators the credits that are left.";

    private static IReadOnlyList<Answer> HealthAnswers =>
        [Health(200, "Work can go on, also while Evolink is away or submits are held back (`degraded`).", Healthy), Health(503, "Storage does not answer.", Unhealthy)];

    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(CallbackReceived), Words.App, "Evolink says that something happened")
        {
            Description = "For Evolink alone, by a link that this app signed. The body is a hint and is not believed.",
            Parameters =
            [
                Parameters.Id(Samples.PlainJob),
                Parameters.Query("a", "The attempt.", new() { ["type"] = "integer", ["minimum"] = 1 }) with { Example = 1 },
                Parameters.SigningKey with { Example = "k1" },
                Parameters.Signature with { Example = "a-signature-that-is-none" },
            ],
            Answers = [new(204, "Heard.") { HasBody = false }, Answers.Error("The signature is wrong.", Errors.NotFound("There is no such callback."))],
        },
        new(nameof(GetAccount), Words.App, "Who you are here, and what videos cost")
        {
            Description = "`credits` are for operators, and for clients where `Studio:ShowBalance` is set.",
            Answers =
            [
                new(200, "The account.")
                {
                    Type = FunctionsJsonContext.Default.AccountView,
                    Example = Samples.Json(
                        new AccountView(Samples.Client, IsOperator: false, Simulated: false, new CreditsHealth(1234, null), CreditsPerSecond: 10),
                        FunctionsJsonContext.Default.AccountView),
                },
            ],
        },
        new(nameof(HealthzLive), Words.App, "Whether the app runs")
        {
            Description = "Asks nobody: a restart would not bring storage back.",
            Answers = [new(200, "It does.") { Type = FunctionsJsonContext.Default.LiveReport, Example = Samples.Json(new LiveReport("ok"), FunctionsJsonContext.Default.LiveReport) }],
        },
        new(nameof(HealthzReady), Words.App, "Whether everything is there") { Description = HealthWords, Answers = HealthAnswers },
        new(nameof(Healthz), Words.App, "The same as /healthz/ready") { Description = HealthWords, Answers = HealthAnswers },
        new(nameof(OpenApiFile), Words.App, "This contract") { Answers = [new(200, "OpenAPI 3.1.")] },
        new(nameof(Docs), Words.App, "This contract, for people") { Answers = [new(200, "A page.") { MediaType = "text/html" }] },
        new(nameof(DocsFile), Words.App, "What that page is made of")
        {
            Parameters = [Parameters.Path("file", "Its name.", "docs.js")],
            Answers = [new(200, "The file.") { MediaType = "text/javascript", OrElse = ["text/css", "text/html", "image/png"] }, NoFile],
        },
        new(nameof(Home), Words.App, "The studio for a browser, a few words for everybody else")
        {
            Answers = [new(200, "By what `Accept` asks for.") { MediaType = "text/html", OrElse = ["text/plain"] }],
        },
        new(nameof(StudioFile), Words.App, "What the studio is made of")
        {
            Parameters = [Parameters.Path("file", "Its name.", "app.js")],
            Answers = [new(200, "The file.") { MediaType = "text/javascript", OrElse = ["text/css", "text/html", "image/png", "image/svg+xml"] }, NoFile],
        },
    ];

    private static Answer NoFile => Answers.Error("There is no such file.", Errors.NotFound("There is no file /studio/nothing.js."));

    private static Answer Health(int status, string description, HealthReport example) => new(status, description)
    {
        Type = FunctionsJsonContext.Default.HealthReport,
        Example = Samples.Json(example, FunctionsJsonContext.Default.HealthReport),
    };
}
