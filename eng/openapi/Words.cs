namespace Evolink.OpenApi;

/// <summary>What stands in the document beside its operations.</summary>
internal static class Words
{
    public const string Generations = "Generations";
    public const string Images = "Images";
    public const string Tasks = "Tasks";
    public const string Batches = "Batches";
    public const string Operators = "Operators";
    public const string App = "The app";

    public const string Introduction = """
        An image and a prompt go in, a finished video lies in your own Blob Storage: a durable front for the Evolink video API.

        `POST /v1/videos/generations` and `GET /v1/tasks/{id}` take and answer what Evolink's own do, so a client of Evolink's changes one address; the rest is this app's own.

        Every error has the envelope `{"error":{"code","message","type","param"}}`. Per client there may be limits: how many requests in a minute and generations at once (429, `rate_limit_exceeded`) and how many
        credits in a day (402, `insufficient_quota`), both with `Retry-After`.
        """;

    public const string Key = "A client's or an operator's key of this app (`Evolink:ClientKeys`, `Evolink:OperatorKeys`), not Evolink's.";

    public static IReadOnlyList<(string Name, string Description)> Tags { get; } =
    [
        (Images, "Images to start from. A public https link does as well."),
        (Generations, "Evolink's own call, made durable."),
        (Tasks, "How a generation stands, and its video."),
        (Batches, "Up to 1,000 generations in one request."),
        (Operators, "With an operator's key: jobs that need a hand."),
        (App, "Health, this contract, the pages, and what Evolink calls."),
    ];
}
