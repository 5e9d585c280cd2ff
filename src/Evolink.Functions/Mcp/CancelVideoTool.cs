using System.Text.Json;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>cancel_video</c>: what <c>POST /v1/tasks/{id}/cancel</c> does.</summary>
internal sealed class CancelVideoTool(GenerationStore store, TaskCancellation cancellation, VideoAnswers answers) : VideoTool
{
    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "cancel_video",
        Title = "Cancel a video",
        Description = "Stops waiting for a video. Evolink has no cancel: what it has begun goes on there and may be charged, and the video is lost. "
            + "One that is over stays as it is.",
        InputSchema = ToolSchemas.OfOneVideo,
        OutputSchema = ToolSchemas.Of<VideoAnswer>(),
        Annotations = new ToolAnnotations { ReadOnlyHint = false, IdempotentHint = true, DestructiveHint = true, OpenWorldHint = false },
    };

    /// <inheritdoc/>
    public override async Task<CallToolResult> CallAsync(
        ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        JsonFields fields = new(arguments, string.Empty, ["id"]);
        string? id = fields.String("id");
        if (!IsRight(fields, id, out CallToolResult? mistake))
            return mistake;
        if (await store.FindForAsync(call.Caller, id, cancellationToken) is not { } job)
            return Mistake(Errors.NoSuchTask, NoSuchVideo);
        bool wasOver = job.State.IsTerminal;
        job = await cancellation.RequestAsync(call.Durable, job, cancellationToken);
        VideoAnswer video = await answers.MakeAsync(job, call.OwnBase, cancellationToken);
        string words = wasOver ? "It was over already." : "It is being cancelled; get_video says when that is done.";
        return Answer(video, FunctionsJsonContext.Default.VideoAnswer, $"{VideoAnswers.Words(video)} {words}", VideoAnswers.Links(video));
    }
}
