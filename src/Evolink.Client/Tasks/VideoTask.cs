using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>A video task as Evolink tells it: the answer to a submit, to a task query, and the body of a callback.</summary>
/// <remarks>Nothing in it is promised by the contract, so everything may be missing. Read it with <see cref="Parse"/>.</remarks>
public sealed record VideoTask
{
    /// <summary>
    /// Reads a task tolerantly: extra members, wrong types, numbers in strings, <c>results</c> as one string or an object, links elsewhere,
    /// <c>error</c> as a string, a body wrapped in <c>data</c>.
    /// </summary>
    /// <returns><see langword="null"/> where the bytes hold no task: no JSON, or neither an id nor a status in it.</returns>
    public static VideoTask? Parse(ReadOnlyMemory<byte> utf8Json) =>
        TolerantJson.Parse(utf8Json) is { } root ? VideoTaskReader.Read(root) : null;

    /// <summary>When the task was made, to the second.</summary>
    [JsonPropertyName("created"), JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The task's id, such as <c>task-unified-1757169743-7cvnl5zw</c>.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>The model that was used.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary><c>video.generation.task</c>.</summary>
    [JsonPropertyName("object")]
    public string? Object { get; init; }

    /// <summary>Progress in percent, 0 to 100. May jump, stand still, or be 0 on a failed task.</summary>
    [JsonPropertyName("progress")]
    public int? Progress { get; init; }

    /// <summary>Where the task stands.</summary>
    [JsonPropertyName("status")]
    public VideoTaskStatus Status { get; init; }

    /// <summary>
    /// Links to the finished video, valid for 24 hours, without authentication. <see langword="null"/> where there are none. Documented is
    /// one; where there are more, the likeliest come first, and one may lead to a poster. Each is kept to the letter, for its signature
    /// counts every character (so compare <see cref="Uri.OriginalString"/>); a relative one is no address, only what Evolink said in its
    /// place.
    /// </summary>
    [JsonPropertyName("results"), JsonConverter(typeof(LinksConverter))]
    public IReadOnlyList<Uri>? Results { get; init; }

    /// <summary>
    /// Whether each of the <see cref="Results"/> is a result of its own. Otherwise they are ways to one video: the first that leads to one is it.
    /// </summary>
    [JsonIgnore]
    public bool HasSeveralResults { get; init; }

    /// <summary>Why the task failed. Only on a failed task, and not always there.</summary>
    [JsonPropertyName("error")]
    public VideoTaskError? Error { get; init; }

    /// <summary>Details: whether it can be cancelled, how long it may take.</summary>
    [JsonPropertyName("task_info")]
    public VideoTaskInfo? TaskInfo { get; init; }

    /// <summary>The kind of output: <c>video</c>.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>What it costs.</summary>
    [JsonPropertyName("usage")]
    public VideoUsage? Usage { get; init; }

    /// <summary>What was held back, charged and returned; may be there once the task has ended (not in the public contract).</summary>
    [JsonPropertyName("billing")]
    public VideoTaskBilling? Billing { get; init; }

    // Not public: a record's ToString shows what is, and links and prompts are not for logs.
    internal JsonElement Raw { get; init; }

    /// <summary>Evolink's JSON as it came, with what this version does not know; undefined for a task that was not read.</summary>
    public JsonElement GetRawJson() => Raw;
}

/// <summary>The <c>task_info</c> of a task.</summary>
public sealed record VideoTaskInfo
{
    /// <summary>Whether Evolink says that the task can be cancelled. There is no documented way to do so.</summary>
    [JsonPropertyName("can_cancel")]
    public bool? CanCancel { get; init; }

    /// <summary>Estimated time to completion, in whole seconds on the wire.</summary>
    [JsonPropertyName("estimated_time"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? EstimatedTime { get; init; }
}

/// <summary>The <c>usage</c> of a task.</summary>
public sealed record VideoUsage
{
    /// <summary>What the price is counted by.</summary>
    [JsonPropertyName("billing_rule")]
    public VideoBillingRule? BillingRule { get; init; }

    /// <summary>Credits held back at the submit, from the asked duration. The real charge follows the generated length.</summary>
    [JsonPropertyName("credits_reserved")]
    public decimal? CreditsReserved { get; init; }

    /// <summary>Credits really charged; may appear on a completed task (not in the public contract).</summary>
    [JsonPropertyName("credits_used")]
    public decimal? CreditsUsed { get; init; }

    /// <summary>What it cost; may appear on a completed task (not in the public contract).</summary>
    [JsonPropertyName("cost")]
    public VideoCost? Cost { get; init; }

    /// <summary>Credits given back, as an Evolink.Functions app tells it; Evolink itself tells it elsewhere.</summary>
    [JsonPropertyName("credits_returned")]
    public decimal? CreditsReturned { get; init; }

    /// <summary>The group of users whose prices hold.</summary>
    [JsonPropertyName("user_group")]
    public VideoUserGroup? UserGroup { get; init; }
}

/// <summary>The <c>error</c> of a failed task.</summary>
public sealed record VideoTaskError
{
    /// <summary>The provider's code, such as <c>content_policy_violation</c>.</summary>
    [JsonPropertyName("code")]
    public string? Code { get; init; }

    /// <summary>The provider's words; may hold line breaks.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; init; }

    /// <summary><c>task_error</c>.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }
}
