using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Client;

namespace Evolink.LocalHost.Cli;

/// <summary>The answer to an uploaded image.</summary>
internal sealed record UploadAnswer(string? Url);

/// <summary>What a task waits for.</summary>
internal sealed record AppWaiting(string Code, string Message, DateTimeOffset Since);

/// <summary>A task as the app tells it: the provider's fields, and its own.</summary>
internal sealed record AppTask(
    long Created,
    string? Id,
    string? Status,
    string? Phase,
    int? Progress,
    IReadOnlyList<string>? Results,
    VideoTaskError? Error,
    VideoTaskInfo? TaskInfo,
    VideoUsage? Usage,
    AppVideo? Video,
    string? EvolinkTaskId,
    DateTimeOffset? ExpiresAt,
    AppWaiting? WaitingFor)
{
    /// <summary>What this version does not know; it is written as it came.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }

    /// <summary>Whether it is over.</summary>
    [JsonIgnore]
    public bool IsOver => Status is "completed" or "failed";

    /// <summary>Whether it has its video.</summary>
    [JsonIgnore]
    public bool IsCompleted => Status is "completed";

    /// <summary>When the app accepted it.</summary>
    [JsonIgnore]
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeSeconds(Created);

    /// <summary>Why it failed, in one line.</summary>
    [JsonIgnore]
    public ReportedError Failure => new(Error?.Code ?? "unknown_error", Error?.Message ?? "The generation failed without a reason.");

    /// <summary>The signed link to the video of a completed task.</summary>
    [JsonIgnore]
    public string? Link => Results is [string link, ..] ? link : null;
}

/// <summary>A page of tasks.</summary>
internal sealed record TaskPage(IReadOnlyList<AppTask>? Data, string? Next);

/// <summary>The stored video.</summary>
internal sealed record AppVideo(long Size, string? Sha256, string? ContentType);

/// <summary>What <c>generate --json</c> ends with: one line for each image.</summary>
internal sealed record GenerateReport(string Image, string? Id, string Status, string? EvolinkTaskId, ReportedVideo? Video, ReportedError? Error, long ElapsedMs);

/// <summary>The video in the report.</summary>
internal sealed record ReportedVideo(string? Url, long? Size, string? Sha256, string? File);

/// <summary>The failure in the report.</summary>
internal sealed record ReportedError(string Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(AppTask))]
[JsonSerializable(typeof(TaskPage))]
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
