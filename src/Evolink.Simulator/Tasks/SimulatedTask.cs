using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>
/// A task as it was accepted, and the facts that came to it since. What it looks like at a moment is told by <see cref="TaskCourse"/>.
/// </summary>
internal sealed record SimulatedTask
{
    public required string Id { get; init; }

    public required string Account { get; init; }

    public required string Model { get; init; }

    public required string Prompt { get; init; }

    /// <summary>Length of the video in seconds.</summary>
    public required int Duration { get; init; }

    public required string Quality { get; init; }

    /// <summary>The image that the contract's own model is made from; other models' links are not fetched.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>The body of the submit, as it came.</summary>
    public string? Body { get; init; }

    /// <summary>How many videos it makes.</summary>
    public int Videos { get => field == 0 ? 1 : field; init; }

    /// <summary>Whether it makes a picture of its last frame, too: its last result.</summary>
    public bool WithLastFrame { get; init; }

    /// <summary>How many results it has.</summary>
    [JsonIgnore]
    public int Results => Videos + (WithLastFrame ? 1 : 0);

    public string? CallbackUrl { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From the acceptance to the end, where nothing interferes.</summary>
    public required TimeSpan TakesTime { get; init; }

    public required decimal Credits { get; init; }

    public required FaultScript Script { get; init; }

    /// <summary>Made by another user of the account: it stands in the account's list, and nobody here asked for it.</summary>
    public bool IsForeign { get; init; }

    /// <summary>When the image was looked at; until then the task cannot end.</summary>
    public DateTimeOffset? ImageCheckedAt { get; init; }

    /// <summary>Why the image cannot be used.</summary>
    public TaskFailure? ImageFailure { get; init; }

    /// <summary>An end that was ordered through the control API.</summary>
    public ForcedEnd? Forced { get; init; }

    /// <summary>Queries of this task.</summary>
    public int Reads { get; init; }

    /// <summary>Queries that found it completed.</summary>
    public int CompletedReads { get; init; }

    /// <summary>Links handed out.</summary>
    public int Links { get; init; }

    /// <summary>GETs of its result.</summary>
    public int Downloads { get; init; }

    public IReadOnlyList<CallbackDelivery> Deliveries { get => field ?? []; init; }

    /// <summary>All callbacks were delivered or given up.</summary>
    public bool CallbacksDone { get; init; }
}

/// <summary>Why a task failed.</summary>
internal sealed record TaskFailure(string Code, string Message);

/// <summary>An end that was ordered: completed, or failed with a reason.</summary>
internal sealed record ForcedEnd(DateTimeOffset At, TaskFailure? Failure);
