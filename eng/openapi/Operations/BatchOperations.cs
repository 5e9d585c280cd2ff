using System.Text.Json.Nodes;
using Evolink.Client;
using Evolink.Functions;
using Evolink.Functions.Batches;

namespace Evolink.OpenApi.Operations;

internal static class BatchOperations
{
    private const string OfImages = "images";

    private static readonly BatchView Accepted = new()
    {
        Created = Samples.Pending.Created,
        Id = Samples.Batch.Value,
        Status = "pending",
        Progress = 0,
        Counts = new BatchCounts(Total: 2, Pending: 2, Processing: 0, Completed: 0, Failed: 0, Cancelled: 0, Removed: 0),
        MaxInFlight = 20,
    };

    private static readonly BatchView HalfDone = Accepted with
    {
        Status = "processing",
        Progress = 75,
        Counts = new BatchCounts(Total: 2, Pending: 0, Processing: 1, Completed: 1, Failed: 0, Cancelled: 0, Removed: 0),
        Items =
        [
            new BatchItemView
            {
                Index = 0,
                Id = Samples.Batch.JobOf(Samples.Client, 0).Value,
                Status = "completed",
                Progress = 100,
                Results = Samples.Completed.Results,
                Video = Samples.Completed.Video,
                ExpiresAt = Samples.Completed.ExpiresAt,
            },
            new BatchItemView { Index = 1, Id = Samples.Batch.JobOf(Samples.Client, 1).Value, Status = "processing", Progress = 50 },
        ],
    };

    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(CreateBatch), Words.Batches, "Start up to 1,000 videos")
        {
            Description = "Either `generations`, or `template` and `images`. Every item is checked before any is accepted; a mistake names its place, as in `generations[3].prompt`. Every item is then a task like any other.",
            Parameters = [Parameters.IdempotencyKey((OfImages, Samples.BatchKey))],
            Body = new Body(
                "application/json", "The generations; at most 16 MiB.", schemas => schemas.Of("BatchRequest", () => SchemaRules.Batch(schemas)), [new Example(OfImages, "One prompt, two images", Request())]),
            Answers =
            [
                Batch("It is accepted, or was there before.", Accepted) with { Headers = ["Location", "Retry-After", "Idempotency-Replayed"] },
                Answers.Invalid("An item is wrong.", "generations[3].duration", "generations[3]: duration is 16; it must be a whole number of seconds from 2 to 15."),
                Answers.KeyConflict,
                Answers.TooLarge(CreateBatch.MaxBody),
                Answers.Encoded,
                Answers.NotReady,
            ],
        },
        new(nameof(ListBatches), Words.Batches, "Your batches, newest first")
        {
            Description = "Without their items, and by their own records alone: an item that was started is `processing` until its batch has seen its end.",
            Parameters =
            [
                Parameters.Limit,
                Parameters.Query("after", "`next` of the page before.", new() { ["type"] = "string" }),
                Parameters.Query("client", "Operators: those of a client.", new() { ["type"] = "string" }),
            ],
            Answers =
            [
                new(200, "A page.")
                {
                    Type = FunctionsJsonContext.Default.BatchList,
                    Example = Samples.Json(new BatchList([Accepted], null), FunctionsJsonContext.Default.BatchList),
                },
                Answers.Invalid("A parameter is wrong.", "limit", "'limit' must be 1 to 100."),
                Answers.OperatorsOnly with { Description = "`client` is another one, and the key is no operator's." },
            ],
        },
        new(nameof(GetBatch), Words.Batches, "How a batch stands, with a page of its items")
        {
            Parameters =
            [
                Parameters.Id(Samples.Batch.Value),
                Parameters.Limit,
                Parameters.Query("after", "`next` of the page before.", new() { ["type"] = "integer" }),
                Parameters.Status,
            ],
            Answers = [Batch("How it stands.", HalfDone) with { Headers = ["Retry-After"] }, Answers.Invalid("A parameter is wrong.", "limit", "'limit' must be 1 to 100."), Answers.NoBatch],
        },
        new(nameof(CancelBatch), Words.Batches, "Start nothing more, and cancel what is under way")
        {
            Parameters = [Parameters.Id(Samples.Batch.Value)],
            Answers = [Batch("How it stands now.", Accepted with { CancelRequestedAt = DateTimeOffset.FromUnixTimeSeconds(Accepted.Created + 60) }), Answers.NoBatch],
        },
    ];

    private static Answer Batch(string description, BatchView example) => new(200, description)
    {
        Type = FunctionsJsonContext.Default.BatchView,
        Example = Samples.Json(example, FunctionsJsonContext.Default.BatchView),
    };

    private static JsonObject Request() => new()
    {
        ["template"] = new JsonObject { ["model"] = VideoGenerationRequest.Wan26ImageToVideo, ["prompt"] = "Turn it around slowly", ["duration"] = 5 },
        ["images"] = new JsonArray(Samples.Image, "https://example.com/image1.png"),
        ["max_in_flight"] = 20,
    };
}
