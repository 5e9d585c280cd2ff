using System.Text.Json;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>get_video</c>: how a video stands, and a fresh link to it.</summary>
internal sealed class GetVideoTool(GenerationStore store, VideoAnswers answers) : VideoTool
{
    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "get_video",
        Title = "Get a video",
        Description = "How a video stands. A finished one comes with a fresh link.",
        InputSchema = ToolSchemas.OfOneVideo,
        OutputSchema = ToolSchemas.Of<VideoAnswer>(),
        Annotations = ToolSchemas.ReadOnly(),
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
        VideoAnswer video = await answers.MakeAsync(job, call.OwnBase, cancellationToken);
        return Answer(video, FunctionsJsonContext.Default.VideoAnswer, VideoAnswers.Words(video), VideoAnswers.Links(video));
    }
}
