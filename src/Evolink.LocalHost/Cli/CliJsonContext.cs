using System.Text.Encodings.Web;

namespace Evolink.LocalHost.Cli;

/// <summary>What <c>generate --json</c> ends with: one line for each image.</summary>
internal sealed record GenerateReport(
    string? Image, string? Id, string Status, string? EvolinkTaskId, ReportedVideo? Video, ReportedError? Error, long ElapsedMs)
{
    /// <summary>All files, where there are several results.</summary>
    public IReadOnlyList<EvolinkAppFile>? Files { get; init; }
}

/// <summary>The video in the report.</summary>
internal sealed record ReportedVideo(string? Url, long? Size, string? Sha256, string? File);

/// <summary>The failure in the report.</summary>
internal sealed record ReportedError(string Code, string Message)
{
    /// <summary>Why a task failed.</summary>
    public static ReportedError Of(EvolinkAppTask task) =>
        new(task.Error?.Code ?? "unknown_error", task.Error?.Message ?? "The generation failed without a reason.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(GenerateReport))]
internal sealed partial class CliJsonContext : JsonSerializerContext
{
    /// <summary>For output: a link keeps its <c>&amp;</c>, which only matters inside HTML.</summary>
    public static CliJsonContext Readable => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
