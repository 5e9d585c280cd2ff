using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>A generation as an Evolink.Functions app tells it: Evolink's own task, and what the app adds.</summary>
public sealed record EvolinkAppTask
{
    /// <summary>The job's id, <c>gen-...</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>When the app accepted it, in Unix seconds.</summary>
    public long Created { get; init; }

    /// <summary><c>pending</c>, <c>processing</c>, <c>completed</c> or <c>failed</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>Where it stands, finer than <see cref="Status"/>; values may be added.</summary>
    public string? Phase { get; init; }

    /// <summary>What it waits for, where that is more than Evolink's work on it.</summary>
    public EvolinkAppWaiting? WaitingFor { get; init; }

    /// <summary>In percent: Evolink's last word, or an estimate.</summary>
    public int? Progress { get; init; }

    /// <summary>Signed links to the video; they die at <see cref="ExpiresAt"/>, and the next query makes new ones.</summary>
    public IReadOnlyList<string>? Results { get; init; }

    /// <summary>When the links die.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The stored video.</summary>
    public EvolinkAppVideo? Video { get; init; }

    /// <summary>Why it failed.</summary>
    public VideoTaskError? Error { get; init; }

    /// <summary>Evolink's estimate, and whether it can be cancelled.</summary>
    public VideoTaskInfo? TaskInfo { get; init; }

    /// <summary>What it costs.</summary>
    public VideoUsage? Usage { get; init; }

    /// <summary>Evolink's id of the task, once it has it.</summary>
    public string? EvolinkTaskId { get; init; }

    /// <summary>What this version does not know, as it came.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }

    /// <summary>Whether it is over.</summary>
    [JsonIgnore]
    public bool IsOver => Status is "completed" or "failed";

    /// <summary>Whether its video is stored.</summary>
    [JsonIgnore]
    public bool IsCompleted => Status is "completed";

    /// <summary>When the app accepted it.</summary>
    [JsonIgnore]
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeSeconds(Created);

    /// <summary>The signed link to the video of a completed task.</summary>
    [JsonIgnore]
    public string? Link => Results is [string link, ..] ? link : null;
}

/// <summary>What a task waits for.</summary>
/// <param name="Code">For programs; values may be added.</param>
/// <param name="Message">For people.</param>
/// <param name="Since">Since when.</param>
public sealed record EvolinkAppWaiting(string Code, string Message, DateTimeOffset Since);

/// <summary>A stored video.</summary>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="ContentType">Its type.</param>
public sealed record EvolinkAppVideo(long Size, string? Sha256, string? ContentType);
