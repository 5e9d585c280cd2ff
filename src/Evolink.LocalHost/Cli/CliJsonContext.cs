using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Client;

namespace Evolink.LocalHost.Cli;

/// <summary>The answer to an uploaded image.</summary>
internal sealed record UploadAnswer(string? Url);

/// <summary>A task as the app tells it: the provider's fields, and its own.</summary>
internal sealed record AppTask(
    string? Id, string? Status, int? Progress, IReadOnlyList<string>? Results, VideoTaskError? Error, VideoTaskInfo? TaskInfo, AppVideo? Video, string? EvolinkTaskId)
{
    /// <summary>The signed link to the video of a completed task.</summary>
    [JsonIgnore]
    public string? Link => Results is [string link, ..] ? link : null;
}

/// <summary>The stored video.</summary>
internal sealed record AppVideo(long Size, string? Sha256);

/// <summary>The last line of <c>generate --json</c>.</summary>
internal sealed record GenerateReport(string? Id, string Status, string? EvolinkTaskId, ReportedVideo? Video, ReportedError? Error, long ElapsedMs);

/// <summary>The video in the report.</summary>
internal sealed record ReportedVideo(string? Url, long? Size, string? Sha256, string? File);

/// <summary>The failure in the report.</summary>
internal sealed record ReportedError(string Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(AppTask))]
[JsonSerializable(typeof(GenerateReport))]
internal sealed partial class CliJsonContext : JsonSerializerContext
{
    /// <summary>For output: a link keeps its <c>&amp;</c>, which only matters inside HTML.</summary>
    public static CliJsonContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
