using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;

namespace Evolink.Functions.Tasks;

/// <summary>A job in the shape of Evolink's own task, with what this service adds.</summary>
public sealed record TaskView
{
    /// <summary>When the job was accepted, in Unix seconds.</summary>
    [JsonPropertyName("created")]
    public required long Created { get; init; }

    /// <summary>The job's id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The model.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>Always <c>video.generation.task</c>.</summary>
    [JsonPropertyName("object")]
    public string Object { get; } = "video.generation.task";

    /// <summary>Progress in percent: Evolink's last word, or an estimate from the time; at most 95 until the video is saved.</summary>
    [JsonPropertyName("progress")]
    public required int Progress { get; init; }

    /// <summary><c>pending</c>, <c>processing</c>, <c>completed</c> or <c>failed</c>.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>Where it stands, finer than <see cref="Status"/>: the states of docs/design.md.</summary>
    [JsonPropertyName("phase")]
    public required JobState Phase { get; init; }

    /// <summary>What it waits for, where that is more than Evolink's work on it; absent once it is over.</summary>
    [JsonPropertyName("waiting_for")]
    public WaitingFor? WaitingFor { get; init; }

    /// <summary>Freshly signed links to the results, in Evolink's order, while <see cref="ExpiresAt"/> is not past; mostly one, to the video.</summary>
    [JsonPropertyName("results")]
    public IReadOnlyList<string>? Results { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("error")]
    public VideoTaskError? Error { get; init; }

    /// <summary>Whether it can be cancelled, and Evolink's estimate.</summary>
    [JsonPropertyName("task_info")]
    public required VideoTaskInfo TaskInfo { get; init; }

    /// <summary>Always <c>video</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; } = "video";

    /// <summary>What it costs; nothing is reserved until Evolink has accepted it.</summary>
    [JsonPropertyName("usage")]
    public required VideoUsage Usage { get; init; }

    /// <summary>The video in storage.</summary>
    [JsonPropertyName("video")]
    public VideoView? Video { get; init; }

    /// <summary>
    /// Every file in storage, in Evolink's order: the video, and what else the model made. Of a task that failed, because some of its results could not
    /// be saved, those that could.
    /// </summary>
    [JsonPropertyName("files")]
    public IReadOnlyList<FileView>? Files { get; init; }

    /// <summary>Evolink's id of the task, once it is known.</summary>
    [JsonPropertyName("evolink_task_id")]
    public string? EvolinkTaskId { get; init; }

    /// <summary>When the link in <see cref="Results"/> dies; the next query signs a new one.</summary>
    [JsonPropertyName("expires_at")]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>1, and one more each time an operator opened the finished job again.</summary>
    [JsonPropertyName("revision")]
    public required int Revision { get; init; }

    /// <summary>Where it came from.</summary>
    [JsonPropertyName("source")]
    public required JobSource Source { get; init; }

    /// <summary>The client's own name for it.</summary>
    [JsonPropertyName("reference")]
    public string? Reference { get; init; }

    /// <summary>Texts of the client's own.</summary>
    [JsonPropertyName("metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>In lists of one's own: the first 200 characters of the prompt.</summary>
    [JsonPropertyName("prompt")]
    public string? Prompt { get; init; }

    /// <summary>How the end was told to the <c>callback_url</c>; not in the body that goes there.</summary>
    [JsonPropertyName("webhook")]
    public WebhookView? Webhook { get; init; }
}

/// <summary>How a job's end is told to its client.</summary>
/// <param name="Host">Host of the <c>callback_url</c>.</param>
/// <param name="State">How far it is.</param>
/// <param name="NextAt">When the next call is due.</param>
/// <param name="Calls">The last calls, oldest first.</param>
public sealed record WebhookView(
    [property: JsonPropertyName("host")] string Host,
    [property: JsonPropertyName("state")] WebhookState State,
    [property: JsonPropertyName("next_at")] DateTimeOffset? NextAt,
    [property: JsonPropertyName("calls")] IReadOnlyList<WebhookCall> Calls);

/// <summary>A file in storage, as clients see it.</summary>
/// <param name="Name">Its name: that of its blob.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="ContentType">Content type, from its first bytes.</param>
/// <param name="Url">A freshly signed link to it.</param>
public sealed record FileView(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("sha256")] string Sha256,
    [property: JsonPropertyName("content_type")] string ContentType,
    [property: JsonPropertyName("url")] string? Url);

/// <summary>A video in storage, as clients see it.</summary>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="ContentType">Content type.</param>
public sealed record VideoView(
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("sha256")] string Sha256,
    [property: JsonPropertyName("content_type")] string ContentType);
