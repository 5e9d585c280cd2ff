using System.Globalization;
using System.Text.Json;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary><c>list_videos</c>: the caller's own, newest first; an operator's too.</summary>
internal sealed class ListVideosTool(TaskLists lists) : VideoTool
{
    /// <inheritdoc/>
    public override Tool Definition { get; } = new()
    {
        Name = "list_videos",
        Title = "List videos",
        Description = "Your own videos, newest first, each with the beginning of its prompt. Finds what an earlier conversation started.",
        InputSchema = ToolSchemas.Parse($$"""
            {
              "type": "object",
              "properties": {
                "status": { "type": "string", "enum": ["pending", "processing", "completed", "failed"], "description": "Those of one status." },
                "limit": { "type": "integer", "minimum": 1, "maximum": {{TaskLists.Most}}, "default": {{TaskLists.Usual}}, "description": "At most so many." },
                "after": { "type": "string", "description": "The next of the answer before." }
              },
              "additionalProperties": false
            }
            """),
        OutputSchema = ToolSchemas.Of<VideoListAnswer>(),
        Annotations = ToolSchemas.ReadOnly(),
    };

    /// <inheritdoc/>
    public override async Task<CallToolResult> CallAsync(ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken)
    {
        JsonFields fields = new(arguments, string.Empty, ["status", "limit", "after"]);
        (string? status, int? limit, string? after) = (fields.String("status"), fields.Integer("limit"), fields.String("after"));
        if (!IsRight(fields, out CallToolResult? mistake))
            return mistake;
        (TaskQuery? query, ValidationIssue? issue) = TaskLists.Read(call.Caller.Name, call.Caller, name => name switch
        {
            "status" => status,
            "limit" => limit?.ToString(CultureInfo.InvariantCulture),
            "after" => after,
            _ => null,
        });
        if (query is null)
            return Mistake(Errors.Invalid([issue!]));
        if (await lists.ReadAsync(query, call.Caller, call.OwnBase, cancellationToken) is not { } page)
            return Mistake(Errors.Invalid([TaskLists.NotACursor]));
        VideoListAnswer answer = new() { Videos = [.. page.Data.Select(VideoAnswers.Of)], Next = page.Next };
        return Answer(answer, FunctionsJsonContext.Default.VideoListAnswer, Words(answer), answer.Videos.SelectMany(VideoAnswers.Links));
    }

    private static string Words(VideoListAnswer answer)
    {
        IEnumerable<string> lines = answer.Videos.Select(video => string.Create(
            CultureInfo.InvariantCulture, $"{video.Id}: {video.Status} ({video.Progress} %), {video.CreatedAt:u}: {video.Prompt}"));
        string more = answer.Next is { } next ? $"There are more: call again with after \"{next}\"." : "";
        return answer.Videos.Count == 0 && more.Length == 0 ? "There are no such videos." : string.Join('\n', lines.Append(more)).TrimEnd();
    }
}
