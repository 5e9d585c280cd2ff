using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Webhooks;

/// <summary>
/// What became of telling a job's end to its client's <c>callback_url</c>; part of the job record. The url itself stands in the stored request
/// alone, for it may hold a secret.
/// </summary>
public sealed record JobWebhook : StoredDocument
{
    private const int MaxDeliveries = 20;

    /// <summary>Host of the url.</summary>
    public required string Host { get; init; }

    /// <summary>How far it is.</summary>
    public WebhookState State { get; init; }

    /// <summary>Revision whose end is told.</summary>
    public int Revision { get; init; }

    /// <summary>0 for the calls that the app makes by itself, and one more each time somebody asks for them again.</summary>
    public int Round { get; init; }

    /// <summary>Calls of this round so far.</summary>
    public int Tries { get; init; }

    /// <summary>When the next call is due.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>The last calls, oldest first.</summary>
    public ImmutableArray<WebhookCall> Calls { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>What a new job's record holds: nothing where the client gave no url.</summary>
    public static JobWebhook? Of(string? callbackUrl) => callbackUrl is null ? null : new JobWebhook { Host = new Uri(callbackUrl).Host };

    internal JobWebhook With(WebhookCall call) => this with { Calls = [.. Calls.Skip(Calls.Length + 1 - MaxDeliveries), call] };
}

/// <summary>One call.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Revision">The end that it told.</param>
/// <param name="Round">0, and one more each time somebody asked for the calls again.</param>
/// <param name="Number">1, 2, ... within the round.</param>
/// <param name="Status">The receiver's answer.</param>
/// <param name="Error">Why there is none, in words without the url.</param>
public sealed record WebhookCall(DateTimeOffset At, int Revision, int Round, int Number, int? Status, string? Error)
    : StoredDocument;

/// <summary>How far telling a job's end is.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<WebhookState>))]
public enum WebhookState
{
    /// <summary>There is nothing to tell yet.</summary>
    Idle,

    /// <summary>It is being told.</summary>
    Pending,

    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>The receiver answered 410: it does not want it.</summary>
    Gone,

    /// <summary>No call of the schedule succeeded.</summary>
    GivenUp,
}
