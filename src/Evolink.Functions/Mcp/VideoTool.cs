using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Http.HttpResults;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary>One tool: what it says of itself, and what it does.</summary>
internal abstract class VideoTool
{
    /// <summary>What to do about an id that is none.</summary>
    protected const string NoSuchVideo = "list_videos shows those that there are.";

    /// <summary>Its name, schemas and annotations.</summary>
    public abstract Tool Definition { get; }

    /// <summary>Does it.</summary>
    /// <param name="call">Who calls, and from where.</param>
    /// <param name="arguments">What it was given, which follows the input schema or does not.</param>
    /// <param name="cancellationToken">Stops.</param>
    public abstract Task<CallToolResult> CallAsync(ToolCall call, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken);

    /// <summary>An answer: what programs read, the same in a few words, and links.</summary>
    protected static CallToolResult Answer<T>(T answer, JsonTypeInfo<T> type, string words, params IEnumerable<ContentBlock> links) => new()
    {
        StructuredContent = JsonSerializer.SerializeToElement(answer, type),
        Content = [new TextContentBlock { Text = words }, .. links],
    };

    /// <summary>A mistake, in the words that the API has for it.</summary>
    /// <param name="error">The error with which the API answers.</param>
    /// <param name="advice">What to change, where the words do not say it.</param>
    public static CallToolResult Mistake(JsonHttpResult<EvolinkErrorResponse> error, string? advice = null)
    {
        (string? code, string? message, _, string? param) = error.Value!.Error;
        return new CallToolResult
        {
            IsError = true,
            Content = [new TextContentBlock { Text = $"{code}{(param is null ? "" : $" ({param})")}: {message}{(advice is null ? "" : $" {advice}")}" }],
        };
    }

    /// <summary>The same, of a tool that is about one video.</summary>
    protected static bool IsRight(JsonFields fields, [NotNullWhen(true)] string? id, [NotNullWhen(false)] out CallToolResult? mistake)
    {
        if (IsRight(fields, out mistake) && id is null)
            mistake = Mistake(Errors.Invalid([new ValidationIssue("id", ValidationCodes.Required, "id is missing: give the id of a video, as in gen-rwm3...")]));
        return mistake is null;
    }

    /// <summary>Whether arguments could be read, and no other was given; else what is wrong with them.</summary>
    protected static bool IsRight(JsonFields fields, [NotNullWhen(false)] out CallToolResult? mistake)
    {
        ValidationIssue[] issues = [.. fields.Issues, .. fields.UnknownIssues()];
        mistake = issues.Length == 0 ? null : Mistake(Errors.Invalid(issues));
        return mistake is null;
    }
}
