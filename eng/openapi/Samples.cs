using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Evolink.Client;
using Evolink.Functions;
using Evolink.Functions.Generations;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;

namespace Evolink.OpenApi;

/// <summary>
/// What the examples speak of. They belong to client <c>alice</c> and follow from her keys, as ids in the app do: so they work as they stand, one operation
/// after the other, and a test makes sure of that.
/// </summary>
internal static class Samples
{
    public const string Client = "alice";
    public const string ImagePath = "/studio/cat.png";
    public const string PlainKey = "order-4711";
    public const string FullKey = "order-4712";
    public const string BatchKey = "shop-2026-01";
    public const string EvolinkTask = "task-unified-1757169743-7cvnl5zw";

    private const long Created = 1_795_345_442;

    public static string PlainJob { get; } = JobId.From(NewGeneration.Http, Client, PlainKey).Value;

    public static string FullJob { get; } = JobId.From(NewGeneration.Http, Client, FullKey).Value;

    public static BatchId Batch { get; } = BatchId.From(Client, BatchKey);

    /// <summary>The name of the sample image.</summary>
    public static string Image { get; } = HashOfSample();

    public static VideoGenerationRequest Plain { get; } = new() { Prompt = "A cat playing piano", ImageUrls = ["https://example.com/image1.png"] };

    public static VideoGenerationRequest Full { get; } = new()
    {
        Prompt = "A cat playing piano, camera slowly moving in",
        Duration = 5,
        Quality = "1080p",
        ImageUrls = [$"/v1/images/{Image}"],
        PromptExtend = true,
        ModelParams = new VideoModelParameters { ShotType = "multi" },
        AudioUrl = "https://example.com/music.mp3",
        CallbackUrl = "https://example.com/hooks/video",
        Reference = "order 4712",
        Metadata = new Dictionary<string, string> { ["shop"] = "cats" },
    };

    public static JsonNode TextToVideo { get; } =
        JsonNode.Parse("""{"model":"wan2.6-text-to-video","prompt":"A cat playing piano","aspect_ratio":"9:16","duration":2}""")!;

    public static JsonNode AnyModel { get; } =
        JsonNode.Parse("""{"model":"sora-2-pro","prompt":"A cat playing piano","model_params":{"style":"noir"},"seed":42}""")!;

    public static TaskView Pending { get; } = new()
    {
        Created = Created,
        Id = PlainJob,
        Model = VideoGenerationRequest.Wan26ImageToVideo,
        Progress = 0,
        Status = "pending",
        Phase = JobState.Accepted,
        TaskInfo = new VideoTaskInfo { CanCancel = true, EstimatedTime = TimeSpan.FromMinutes(2) },
        Usage = new VideoUsage { CreditsReserved = 0 },
        Revision = 1,
        Source = new JobSource { Kind = NewGeneration.Http },
    };

    public static TaskView Completed { get; } = Pending with
    {
        Progress = 100,
        Status = "completed",
        Phase = JobState.Completed,
        Results = [$"https://account.blob.core.windows.net/videos/{PlainJob}.mp4?sv=..."],
        TaskInfo = new VideoTaskInfo { CanCancel = false, EstimatedTime = TimeSpan.FromMinutes(2) },
        Usage = new VideoUsage { BillingRule = VideoBillingRule.PerSecond, CreditsReserved = 5, UserGroup = VideoUserGroup.Default },
        Video = new VideoView(2_273_500, "3afe1cc5f2bb5b1d0c6c4bb0f0a1f7ab3d6b43b8b7a1b24f4d7a0a5d5a1de5c1", "video/mp4"),
        Files =
        [
            new FileView(
                $"{PlainJob}.mp4",
                2_273_500,
                "3afe1cc5f2bb5b1d0c6c4bb0f0a1f7ab3d6b43b8b7a1b24f4d7a0a5d5a1de5c1",
                "video/mp4",
                $"https://account.blob.core.windows.net/videos/{PlainJob}.mp4?sv=..."),
        ],
        EvolinkTaskId = EvolinkTask,
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(Created + 7200),
    };

    public static TaskView Cancelled { get; } = Pending with
    {
        Status = "failed",
        Phase = JobState.Cancelled,
        TaskInfo = new VideoTaskInfo { CanCancel = false, EstimatedTime = TimeSpan.FromMinutes(2) },
        Error = new VideoTaskError { Code = "request_cancelled", Message = "The job was cancelled. Evolink cannot cancel, and may have charged for what was submitted.", Type = "task_error" },
    };

    public static JsonNode Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(value, type)!;

    private static string HashOfSample()
    {
        using Stream image = typeof(EvolinkFunctions).Assembly.GetManifestResourceStream("studio/cat.png")!;
        return Convert.ToHexStringLower(SHA256.HashData(image));
    }
}
