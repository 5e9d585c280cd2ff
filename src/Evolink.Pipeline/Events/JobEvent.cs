using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Events;

/// <summary>Something that happened to a job.</summary>
/// <param name="Name">Unique within the job: <c>accepted</c>, <c>submitted.{attempt}</c>, <c>completed.{revision}</c> and so on.</param>
/// <param name="Type">Type of the CloudEvent.</param>
/// <param name="At">When it happened.</param>
/// <param name="Data">What the event carries.</param>
public sealed record JobEvent(string Name, string Type, DateTimeOffset At, JobEventData Data)
{
    /// <summary>Id of the CloudEvent: the same however often it is sent.</summary>
    public string Id => $"{Data.Id}.{Name}";
}

/// <summary>Data of an event: no links, no prompts, no secrets.</summary>
public sealed record JobEventData
{
    /// <summary>The job.</summary>
    public required JobId Id { get; init; }

    /// <summary>The revision that it is about.</summary>
    public required int Revision { get; init; }

    /// <summary>Status as the task query tells it.</summary>
    public required string Status { get; init; }

    /// <summary>The client whose job it is.</summary>
    public required string Client { get; init; }

    /// <summary>Where the job came from.</summary>
    public JobSource? Source { get; init; }

    /// <summary>The client's own name for it.</summary>
    public string? Reference { get; init; }

    /// <summary>Texts of the client's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The attempt that was submitted, or that the job ended with.</summary>
    public int? Attempt { get; init; }

    /// <summary>Evolink's id of the task.</summary>
    public string? EvolinkTaskId { get; init; }

    /// <summary>Credits held back at the submit.</summary>
    public decimal? CreditsReserved { get; init; }

    /// <summary>Credits really charged, where Evolink told.</summary>
    public decimal? CreditsUsed { get; init; }

    /// <summary>Credits given back, where Evolink proved that.</summary>
    public decimal? CreditsReturned { get; init; }

    /// <summary>Why it failed.</summary>
    public JobError? Error { get; init; }

    /// <summary>The video in storage; the blob is its name, not a link.</summary>
    public SavedVideo? Video { get; init; }

    /// <summary>Where there are several results: all of them, in Evolink's order.</summary>
    public IReadOnlyList<SavedVideo>? Files { get; init; }
}
