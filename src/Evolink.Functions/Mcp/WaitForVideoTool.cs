using System.Text.Json;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>wait_for_video</c>: answers when a video is over, or when the time is up; a function holds no request for longer than that.</summary>
internal sealed class WaitForVideoTool(GenerationStore store, TaskWaiting waiting, VideoAnswers answers, TimeProvider time) : VideoTool
{
    private const int MostSeconds = 25;

    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "wait_for_video",
        Title = "Wait for a video",
        Description = "Waits until a video is completed or failed, for 25 seconds at most, and says how it stands. If it is not over then, call again.",
        InputSchema = ToolSchemas.Parse($$"""
            {
              "type": "object",
              "properties": {
                "id": { "type": "string", "description": "The video's id, as in gen-rwm3..." },
                "seconds": { "type": "integer", "minimum": 1, "maximum": {{MostSeconds}}, "default": {{MostSeconds}}, "description": "How long to wait at most." }
              },
              "required": ["id"],
              "additionalProperties": false
            }
            """),
        OutputSchema = ToolSchemas.Of<VideoAnswer>(),
        Annotations = ToolSchemas.ReadOnly(),
    };

    /// <inheritdoc/>
    public override async Task<CallToolResult> CallAsync(ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        JsonFields fields = new(arguments, string.Empty, ["id", "seconds"]);
        (string? id, int seconds) = (fields.String("id"), fields.Integer("seconds") ?? MostSeconds);
        if (!IsRight(fields, id, out CallToolResult? mistake))
            return mistake;
        if (seconds is < 1 or > MostSeconds)
            return Mistake(Errors.Invalid([new ValidationIssue("seconds", ValidationCodes.OutOfRange, $"seconds is {seconds}; it must be 1 to {MostSeconds}.")]));
        JobRecord? job = await store.FindForAsync(call.Caller, id, cancellationToken);
        job = job is null ? null : await WaitAsync(job, TimeSpan.FromSeconds(seconds), cancellationToken);
        if (job is null)
            return Mistake(Errors.NoSuchTask, NoSuchVideo);
        VideoAnswer video = await answers.MakeAsync(job, call.OwnBase, cancellationToken);
        return Answer(video, FunctionsJsonContext.Default.VideoAnswer, VideoAnswers.Words(video), VideoAnswers.Links(video));
    }

    // A change of status ends a wait; what an assistant waits for is the end.
    private async Task<JobRecord?> WaitAsync(JobRecord job, TimeSpan wait, CancellationToken cancellationToken)
    {
        DateTimeOffset end = time.GetUtcNow() + wait;
        while (!job.State.IsTerminal && end - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            (JobRecord? changed, bool waited) = await waiting.ForChangeAsync(job, left, cancellationToken);
            if (changed is null || !waited)
                return changed;
            job = changed;
        }

        return job;
    }
}
