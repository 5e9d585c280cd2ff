using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>One entry of the submission ledger: a submit that was paid, may have been paid, or was not.</summary>
public sealed record Attempt : StoredDocument
{
    /// <summary>1, 2, ...: one paid submit each.</summary>
    public required int Number { get; init; }

    /// <summary>What is known of it.</summary>
    public required AttemptState State { get; init; }

    /// <summary>When the first intent of this number was written: its age counts from there.</summary>
    public required DateTimeOffset FirstIntentAt { get; init; }

    /// <summary>When the last intent was written, right before it was sent.</summary>
    public required DateTimeOffset IntentAt { get; init; }

    /// <summary>The execution that may send it.</summary>
    public required string Owner { get; init; }

    /// <summary>Until when the owner may be at it. After that, an intent without an outcome is <see cref="AttemptState.Unknown"/>.</summary>
    public required DateTimeOffset LeaseUntil { get; init; }

    /// <summary>What the body was made from, so that it can be made again byte by byte.</summary>
    public required SubmitIntent Intent { get; init; }

    /// <summary>Whether it was sent again with the same provider key (policy <c>TrustIdempotencyKey</c>).</summary>
    public bool Replayed { get; init; }

    /// <summary>When its outcome became unknown.</summary>
    public DateTimeOffset? UnknownSince { get; init; }

    /// <summary>Before this time nothing more is sent.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>How often in a row it was put off.</summary>
    public int Throttles { get; init; }

    /// <summary>Evolink's id of the task.</summary>
    public string? TaskId { get; init; }

    /// <summary>When Evolink accepted it.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>When Evolink called back for it first, with our signature.</summary>
    public DateTimeOffset? CalledBackAt { get; init; }

    /// <summary>Evolink's estimate of the time to completion, in seconds.</summary>
    public int? EstimatedSeconds { get; init; }

    /// <summary>How it is billed.</summary>
    public string? BillingRule { get; init; }

    /// <summary>The account's group at Evolink, by which it is priced.</summary>
    public string? UserGroup { get; init; }

    /// <summary>Credits held back at the submit.</summary>
    public decimal? CreditsReserved { get; init; }

    /// <summary>Credits really charged, where Evolink told.</summary>
    public decimal? CreditsUsed { get; init; }

    /// <summary>Credits that Evolink gave back, where it proved that. Noted once.</summary>
    public decimal? CreditsReturned { get; init; }

    /// <summary>When the task was first seen failed while its credits were still about to be returned.</summary>
    public DateTimeOffset? RefundAwaitedSince { get; init; }

    /// <summary>Evolink's id of the request, for its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>HTTP status of the last error answer; null where none came.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The last error answer.</summary>
    public JobError? Error { get; init; }

    /// <summary>Task ids that signed callbacks named before this app knew one; candidates for adoption, believed only after a read.</summary>
    public ImmutableArray<string> Candidates { get; init; } = [];

    /// <summary>When a callback named the last of the <see cref="Candidates"/>.</summary>
    public DateTimeOffset? NamedAt { get; init; }

    /// <summary>What the account's task list said of it last, where its outcome is unknown.</summary>
    public AccountLook? Look { get; init; }
}

/// <summary>What the body of a submit is made from, beside the stored request. No secret: signatures are made anew.</summary>
/// <param name="CallbackBase">Public address of the app for the callback; null: none was asked for.</param>
/// <param name="KeyId">Key that signs the callback and image links.</param>
/// <param name="ImageUrl">The image's link where it is neither the client's own nor signed by us: the Files API's <c>file_url</c>.</param>
/// <param name="ImageExpires">When the signed image link ends, in Unix seconds.</param>
public sealed record SubmitIntent(string? CallbackBase, string? KeyId, string? ImageUrl, long? ImageExpires) : StoredDocument
{
    /// <summary>Where there are several files: the Files API's <c>file_url</c> of each, by the file's name.</summary>
    public ImmutableSortedDictionary<string, string>? Uploads { get; init; }
}

/// <summary>What is known of an attempt.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AttemptState>))]
public enum AttemptState
{
    /// <summary>About to be sent, or just being sent.</summary>
    Intent,

    /// <summary>Evolink has it, and the task id is known.</summary>
    Accepted,

    /// <summary>Surely not sent. May be tried again under the same number.</summary>
    NotSent,

    /// <summary>Refused for now, nothing paid. May be tried again under the same number.</summary>
    Throttled,

    /// <summary>Refused for good, nothing paid.</summary>
    Rejected,

    /// <summary>Sent, outcome not known: perhaps paid.</summary>
    Unknown,
}
