using System.Collections.Immutable;
using Azure;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Webhooks;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// The one truth about a job: <c>generations/records/{id}.json</c>. Written only through <see cref="GenerationStore"/>, changed only by
/// the functions of <see cref="JobTransitions"/>. Holds no secret: no prompt, no key, no signed link.
/// </summary>
public sealed record JobRecord : StoredDocument
{
    /// <summary>
    /// The layout that this version knows. A record of a newer one is not read here, for its fields mean something else; one that only has more
    /// fields has the same number.
    /// </summary>
    public const int CurrentSchema = 1;

    /// <summary>Version of this layout.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The job.</summary>
    public required JobId Id { get; init; }

    /// <summary>Name of the client that owns it.</summary>
    public required string Client { get; init; }

    /// <summary>Task hub whose orchestration drives it.</summary>
    public required string Hub { get; init; }

    /// <summary>Where it came from: <c>http</c>, <c>queue</c>, <c>blob</c> or <c>batch</c>.</summary>
    public required string Source { get; init; }

    /// <summary>What it was made from, where that is no request over HTTP.</summary>
    public JobOrigin? Origin { get; init; }

    /// <summary>The client's own name for it.</summary>
    public string? Reference { get; init; }

    /// <summary>Texts of the client's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>SHA-256 of the request's canonical form, hexadecimal: tells whether a repeated key carries the same request.</summary>
    public required string RequestDigest { get; init; }

    /// <summary>The model asked for.</summary>
    public required string Model { get; init; }

    /// <summary>Seconds asked for, where the client said.</summary>
    public int? Duration { get; init; }

    /// <summary>Quality asked for, where the client said.</summary>
    public string? Quality { get; init; }

    /// <summary>Orchestrations so far; see <see cref="GenerationRef.Revision"/>.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>Where it stands.</summary>
    public JobState State { get; init; }

    /// <summary>When the record was written.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>When the record changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the current revision ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the client asked to stop. Never erased.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>When Evolink told that it had finished the task of a job that was cancelled before.</summary>
    public DateTimeOffset? LateResultAt { get; init; }

    /// <summary>When Evolink was first seen to be done: the clock of the 24 h for which its link lives starts here.</summary>
    public DateTimeOffset? CompletedSeenAt { get; init; }

    /// <summary>Since when Evolink says that it does not know the task.</summary>
    public DateTimeOffset? NotFoundSince { get; init; }

    /// <summary>What the last read said of a task whose status is not known, but that holds links or an error; null where it did not.</summary>
    public string? UnknownStatus { get; init; }

    /// <summary>How many reads in a row said the same as <see cref="UnknownStatus"/>.</summary>
    public int? UnknownStatusReads { get; init; }

    /// <summary>Progress as Evolink told it last, in percent, never falling.</summary>
    public int Progress { get; init; }

    /// <summary>The submission ledger: one entry for each paid submit.</summary>
    public ImmutableArray<Attempt> Attempts { get; init; } = [];

    /// <summary>When the next attempt may be paid for, after one whose task failed.</summary>
    public Regeneration? Regeneration { get; init; }

    /// <summary>When the job may be submitted by <c>MaxSubmitsPerSecond</c>; gone once it is.</summary>
    public DateTimeOffset? SubmitSlot { get; init; }

    /// <summary>How often saving was tried in this revision.</summary>
    public int SaveTries { get; init; }

    /// <summary>Before this time saving is not tried again, whoever wakes the job.</summary>
    public DateTimeOffset? SaveRetryAt { get; init; }

    /// <summary>
    /// Whether saving begins with one stream, because the host of an earlier try failed at ranged reads; null where nothing was learnt.
    /// </summary>
    public bool? SaveAsOneStream { get; init; }

    /// <summary>What it waits for, where that is more than Evolink's work on it.</summary>
    public WaitingFor? WaitingFor { get; init; }

    /// <summary>The video in storage.</summary>
    public SavedVideo? Video { get; init; }

    /// <summary>Where the task has several results: all of them that are in storage, in Evolink's order, <see cref="Video"/> among them.</summary>
    public ImmutableArray<SavedVideo> Files { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>Every file of it in storage.</summary>
    public ImmutableArray<SavedVideo> AllFiles => Files.IsEmpty && Video is { } only ? [only] : Files;

    /// <summary>Why it failed.</summary>
    public JobError? Error { get; init; }

    /// <summary>The states it went through.</summary>
    public ImmutableArray<StateChange> Timeline { get; init; } = [];

    /// <summary>Telling the end to the client's <c>callback_url</c>, where it gave one.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>Since when it is being removed with all that belongs to it; nothing opens it again.</summary>
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>Where in which trace it was accepted (W3C <c>traceparent</c>): what is done for it later, and elsewhere, belongs there. Null where nothing was traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Names of the events that the topic has taken; see <see cref="JobEvents"/>.</summary>
    public ImmutableArray<string> Told { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>The stored record that this one is, or was made from; null where it was never stored.</summary>
    internal ETag? Version { get; init; }

    /// <summary>The attempt under way, or the last one.</summary>
    public Attempt? CurrentAttempt => Attempts is [.., var last] ? last : null;

    /// <summary>Whether this version knows the states that the job is in. It does nothing with one that a newer version has taken further.</summary>
    public bool IsUnderstood => State.IsKnown && CurrentAttempt is null or { State: >= AttemptState.Intent and <= AttemptState.Unknown };

    /// <summary>Whether it was given up because nobody knows what became of its submit, and still may be opened again.</summary>
    public bool IsLost => State == JobState.Failed && Video is null && RemovedAt is null
        && CurrentAttempt is { State: AttemptState.Unknown };

    /// <summary>The run and attempt that a finding about a task belongs to.</summary>
    public AttemptRef CurrentRef => new(Revision, CurrentAttempt?.Number ?? 0);

    /// <summary>The run of this job that is under way, or the last one.</summary>
    public GenerationRef Ref => new(Id, Revision);

    /// <summary>The state in which a revision is, or ended.</summary>
    public JobState StateOf(int revision) =>
        revision == Revision ? State : Timeline.LastOrDefault(change => change.Revision == revision)?.State ?? JobState.Failed;
}

/// <summary>One step of a job's way.</summary>
/// <param name="At">When.</param>
/// <param name="State">Into which state.</param>
/// <param name="Revision">In which revision.</param>
public sealed record StateChange(DateTimeOffset At, JobState State, int Revision) : StoredDocument;

/// <summary>Names one attempt of one revision: what was found out about it does not concern a later one.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Number">The attempt.</param>
public sealed record AttemptRef(int Revision, int Number);

/// <summary>A task failed in a way that may be paid for again.</summary>
/// <param name="Since">When that was seen.</param>
/// <param name="NotBefore">When the next attempt may be sent.</param>
public sealed record Regeneration(DateTimeOffset Since, DateTimeOffset NotBefore) : StoredDocument;

/// <summary>Why a job or an attempt failed.</summary>
/// <param name="Code">The provider's own code, or one of this app's.</param>
/// <param name="Message">Words for people; no links, no prompts.</param>
public sealed record JobError(string Code, string Message) : StoredDocument;

/// <summary>A video in Blob Storage.</summary>
/// <param name="Blob">Name within the container <c>videos</c>.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="ContentType">Content type, from its first bytes.</param>
/// <param name="SavedAt">When it was committed.</param>
public sealed record SavedVideo(string Blob, long Size, string Sha256, string ContentType, DateTimeOffset SavedAt)
    : StoredDocument;
