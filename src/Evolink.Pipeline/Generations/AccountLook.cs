using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>What the account's task list said of an attempt whose answer was lost, when it was asked last.</summary>
public sealed record AccountLook : StoredDocument
{
    /// <summary>When the list was asked.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it said.</summary>
    public required AccountLookResult Result { get; init; }

    /// <summary>The tasks of its model and time that no job owns.</summary>
    public ImmutableArray<string> Tasks { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>Attempts of other jobs that one of these tasks could belong to as well; null where that was not looked at.</summary>
    public int? Rivals { get; init; }

    /// <summary>How many looks in a row have found nothing.</summary>
    public int FoundNothing { get; init; }
}

/// <summary>What the account's task list said of an attempt.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AccountLookResult>))]
public enum AccountLookResult
{
    /// <summary>No task of its model and time is without an owner.</summary>
    Nothing,

    /// <summary>One is, and it can belong to no other attempt.</summary>
    One,

    /// <summary>There is at least one, and which attempt it belongs to cannot be told.</summary>
    Ambiguous,

    /// <summary>There is no such list.</summary>
    NotOffered,

    /// <summary>It could not be read.</summary>
    Failed,
}
