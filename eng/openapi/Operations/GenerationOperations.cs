using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Functions.Http;

namespace Evolink.OpenApi.Operations;

internal static class GenerationOperations
{
    private const string Plain = "plain";
    private const string Full = "everything";
    private const string Text = "text";
    private const string Any = "any";

    public static IReadOnlyList<Operation> All { get; } =
    [
        new(nameof(CreateGeneration), Words.Generations, "Start a video")
        {
            Description = """
                Evolink's own body, and its own answer, for every model that `GET /v1/models` lists. The request is checked before any money moves, then it is a job: it survives crashes, is paid for once, and its video ends in the app's storage.

                Three things Evolink's documentation allows are refused, because they would be paid for in vain: links that are not https or lead to no public host, `shot_type` beside `prompt_extend: false`
                (it would have no effect), and an `audio_url` whose path does not end in `.mp3`. Unknown properties of a described model are refused too, unless the setting `AllowUnknownFields` passes them on;
                those of any other model pass as they are.
                """,
            Parameters = [Parameters.IdempotencyKey((Plain, Samples.PlainKey), (Text, "order-4713"), (Any, "order-4714"), (Full, Samples.FullKey))],
            Body = new Body(
                "application/json",
                "What shall be generated.",
                ModelSchemas.Any,
                [
                    new Example(Plain, "What is required", Samples.Json(Samples.Plain, EvolinkJsonContext.Default.VideoGenerationRequest)),
                    new Example(Text, "Another model, from a text alone", Samples.TextToVideo),
                    new Example(Any, "A model that is not described: its fields pass as they are", Samples.AnyModel),
                    new Example(Full, "Everything that can be said, for an image of your own", Samples.Json(Samples.Full, EvolinkJsonContext.Default.VideoGenerationRequest)),
                ]),
            Answers =
            [
                Answers.Task("It is accepted, or was there before.", Samples.Pending) with { Headers = ["Location", "Retry-After", "Idempotency-Replayed"] },
                Answers.Invalid("The request is wrong; `param` names the first mistake, the message all.", "duration", "duration is 16; it must be a whole number of seconds from 2 to 15."),
                Answers.NoCredits,
                Answers.NoModel,
                Answers.KeyConflict,
                Answers.TaskRemoved,
                Answers.TooLarge(RequestBody.MaxJson),
                Answers.Encoded,
                Answers.NotReady,
            ],
        },
    ];
}
