using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>A generation as an Evolink.Functions app tells it: Evolink's own task, and what the app adds.</summary>
public sealed record EvolinkAppTask
{
    /// <summary>The job's id, <c>gen-...</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>When the app accepted it, to the second.</summary>
    [JsonPropertyName("created"), JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>Where it stands.</summary>
    public VideoTaskStatus Status { get; init; }

    /// <summary>Where it stands, finer than <see cref="Status"/>.</summary>
    public EvolinkAppPhase? Phase { get; init; }

    /// <summary>What it waits for, where that is more than Evolink's work on it.</summary>
    public EvolinkAppWaiting? WaitingFor { get; init; }

    /// <summary>In percent: Evolink's last word, or an estimate.</summary>
    public int? Progress { get; init; }

    /// <summary>Signed links to the video; they die at <see cref="ExpiresAt"/>, and the next query makes new ones.</summary>
    [JsonConverter(typeof(LinksConverter))]
    public IReadOnlyList<Uri>? Results { get; init; }

    /// <summary>When the links die.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The stored video.</summary>
    public EvolinkAppVideo? Video { get; init; }

    /// <summary>Every stored file, in Evolink's order: the video, and what else the model made.</summary>
    public IReadOnlyList<EvolinkAppFile>? Files { get; init; }

    /// <summary>Why it failed.</summary>
    public VideoTaskError? Error { get; init; }

    /// <summary>Evolink's estimate, and whether it can be cancelled.</summary>
    public VideoTaskInfo? TaskInfo { get; init; }

    /// <summary>What it costs.</summary>
    public VideoUsage? Usage { get; init; }

    /// <summary>Evolink's id of the task, once it has it.</summary>
    public string? EvolinkTaskId { get; init; }

    /// <summary>Where it came from.</summary>
    public EvolinkAppSource? Source { get; init; }

    /// <summary>The client's own name for it.</summary>
    public string? Reference { get; init; }

    /// <summary>Texts of the client's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>In lists of one's own: the beginning of the prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>Whether it is over.</summary>
    [JsonIgnore]
    public bool IsOver => Status.IsTerminal;

    /// <summary>Whether its video is stored.</summary>
    [JsonIgnore]
    public bool IsCompleted => Status.IsCompleted;

    /// <summary>The signed link to the video of a completed task.</summary>
    [JsonIgnore]
    public Uri? Link =>
        Files?.FirstOrDefault(file => file.Sha256 == Video?.Sha256)?.Url ?? (Results is [Uri link, ..] ? link : null);

    // Not public: a record's ToString shows what is, and links and prompts are not for logs.
    internal JsonElement Raw { get; init; }

    /// <summary>The app's JSON as it came, with what this version does not know; undefined for a task that was not read.</summary>
    public JsonElement GetRawJson() => Raw;

    internal static EvolinkAppTask? Read(JsonElement body) =>
        body.Deserialize(EvolinkAppJsonContext.Default.EvolinkAppTask) is { Id.Length: > 0 } task ? task with { Raw = body } : null;
}

/// <summary>What a task waits for.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
/// <param name="Since">Since when.</param>
public sealed record EvolinkAppWaiting(EvolinkAppWaitReason Code, string Message, DateTimeOffset Since);

/// <summary>Where a task came from.</summary>
/// <param name="Kind">By which way.</param>
/// <param name="Container">The container of an upload.</param>
/// <param name="Name">The name of an upload.</param>
/// <param name="Version">The version of an upload.</param>
/// <param name="MessageId">The id of a queue message.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Index">The place in the batch, from 0.</param>
public sealed record EvolinkAppSource(
    EvolinkAppSourceKind Kind, string? Container, string? Name, string? Version, string? MessageId, string? Batch, int? Index);

/// <summary>A stored file.</summary>
/// <param name="Name">Its name: that of its blob.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="Url">A signed link to it.</param>
public sealed record EvolinkAppFile(string Name, long Size, string? Sha256, string? ContentType, Uri? Url);

/// <summary>A stored video.</summary>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="ContentType">Its type.</param>
public sealed record EvolinkAppVideo(long Size, string? Sha256, string? ContentType);
