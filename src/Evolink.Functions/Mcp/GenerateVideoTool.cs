using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>generate_video</c>: what <c>POST /v1/videos/generations</c> does, never without an identity.</summary>
internal sealed class GenerateVideoTool(
    GenerationIntake intake, VideoAnswers answers, VideoModels models, IOptions<EvolinkOptions> options) : VideoTool
{
    /// <summary>The argument that is the call's <c>Idempotency-Key</c>: an assistant whose answer was lost calls again.</summary>
    public const string RequestId = "client_request_id";

    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "generate_video",
        Title = "Generate a video",
        Description = "Starts a video from an image and a prompt. It costs credits. The answer comes at once, the video minutes later: ask wait_for_video. "
            + "If the answer is lost, call again with the same arguments and the same client_request_id: it meets the same video and is not paid again.",
        InputSchema = ToolSchemas.OfGeneration(RequestId, new JsonObject
        {
            ["type"] = "string",
            ["pattern"] = "^[!-~]{1,255}$",
            ["description"] = $"A new one for each video that is wanted, such as a UUID: {IdempotencyKey.Rule}. The same one with the same arguments is the same video, and is paid once.",
        }),
        OutputSchema = ToolSchemas.Of<VideoAnswer>(),
        Annotations = new ToolAnnotations { ReadOnlyHint = false, IdempotentHint = true, DestructiveHint = false, OpenWorldHint = true },
    };

    /// <inheritdoc/>
    public override async Task<CallToolResult> CallAsync(ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        JsonFields fields = new(arguments, string.Empty, [RequestId]);
        string? key = fields.String(RequestId);
        if (fields.Issues.Count > 0)
            return Mistake(Errors.Invalid(fields.Issues));
        if (!IdempotencyKey.IsValid(key))
            return Mistake(Errors.Invalid([NoKey(key)]));

        IReadOnlyList<Uri> ownBases = call.Http.Request.AllOwnBases(options.Value);
        (VideoGenerationRequest? generation, IReadOnlyList<ValidationIssue> issues) = GenerationRequestReader.Read(
            WithModel(arguments), new RequestRules(ownBases, options.Value.AllowLoopback, options.Value.AllowUnknownFields) { Beside = [RequestId] });
        if (issues.Count > 0 || generation is null)
            return Mistake(Errors.Invalid(issues));

        NewGeneration wanted = new(NewGeneration.Http, call.Caller.Name, generation, key, ownBases);
        return await intake.AcceptAsync(call.Durable, wanted, cancellationToken) switch
        {
            IntakeResult.Accepted accepted => await AnswerAsync(call, accepted, generation, cancellationToken),
            IntakeResult refused => Mistake(Errors.NotAccepted(call.Http.Response, refused), Advice(refused)),
        };
    }

    private async Task<CallToolResult> AnswerAsync(
        ToolCall call, IntakeResult.Accepted accepted, VideoGenerationRequest generation, CancellationToken cancellationToken)
    {
        VideoAnswer video = await answers.MakeAsync(accepted.Job, call.OwnBase, cancellationToken);
        CostEstimate cost = await models.EstimateAsync(call.Caller.Name, generation.Duration, generation.Quality, cancellationToken);
        video = video with { MetBefore = accepted.Replayed, Credits = video.Credits with { Estimated = cost.Credits } };
        string credits = video.Credits.Reserved > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Evolink has reserved {video.Credits.Reserved:0.##} credits for it.")
            : string.Create(CultureInfo.InvariantCulture, $"About {cost.Credits:0.##} credits are set aside for it; what Evolink reserves stands in it once it has begun.");
        string met = accepted.Replayed ? " This client_request_id had met it before: nothing new was started or paid." : "";
        return Answer(
            video, FunctionsJsonContext.Default.VideoAnswer, $"{VideoAnswers.Words(video)} {credits}{met}", VideoAnswers.Links(video));
    }

    private static ValidationIssue NoKey(string? key) => key is null
        ? new(RequestId, ValidationCodes.Required, $"{RequestId} is missing. Choose a new one for each video that is wanted, such as a UUID, and keep it to ask again.")
        : new(RequestId, ValidationCodes.Malformed, $"{RequestId} must have {IdempotencyKey.Rule}.");

    private static string? Advice(IntakeResult refused) => refused switch
    {
        IntakeResult.Conflict or IntakeResult.Removed => $"Here the Idempotency-Key is {RequestId}.",
        IntakeResult.OverQuota over => string.Create(CultureInfo.InvariantCulture, $"Try again in {Math.Ceiling(over.RetryAfter.TotalSeconds):0} s, with the same {RequestId}."),
        _ => null,
    };

    // The API needs the model's name; an assistant may leave it out while there is a usual one.
    private static ReadOnlyMemory<byte> WithModel(IReadOnlyDictionary<string, JsonElement> arguments)
    {
        JsonObject body = new(arguments.Select(argument => KeyValuePair.Create(argument.Key, Node(argument.Value))));
        body.TryAdd("model", VideoModels.Usual);
        return JsonSerializer.SerializeToUtf8Bytes(body, FunctionsJsonContext.Default.JsonNode);

        static JsonNode? Node(JsonElement value) => JsonSerializer.SerializeToNode(value, FunctionsJsonContext.Default.JsonElement);
    }
}
