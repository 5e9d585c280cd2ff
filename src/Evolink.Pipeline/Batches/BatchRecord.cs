using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Batches;

/// <summary>
/// The one truth about a batch: <c>generations/batches/{id}.json</c>. Written only through <see cref="BatchStore"/>, changed only by the functions
/// of <see cref="BatchTransitions"/>. Like a job's record it holds no secret; the requests have a blob of their own.
/// </summary>
public sealed record BatchRecord : StoredDocument
{
    /// <summary>The layout that this version knows. A record of a newer one is not read here.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Version of this layout.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The batch.</summary>
    public required BatchId Id { get; init; }

    /// <summary>Name of the client that owns it and its jobs.</summary>
    public required string Client { get; init; }

    /// <summary>Task hub whose orchestration drives it.</summary>
    public required string Hub { get; init; }

    /// <summary>What makes two batches the same, hexadecimal: tells whether a repeated key carries the same list.</summary>
    public required string Digest { get; init; }

    /// <summary>Addresses under which the app was reached when the batch came: links to images there name the client's own images.</summary>
    public required ImmutableArray<Uri> OwnBases { get; init; }

    /// <summary>Length in bytes of each request in the requests' blob, where they follow each other.</summary>
    public required ImmutableArray<int> RequestLengths { get; init; }

    /// <summary>Most items under way at once.</summary>
    public required int MaxInFlight { get; init; }

    /// <summary>When the record was written.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>When it changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When every item was over.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the client asked to stop. Never erased.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>Where each item stands.</summary>
    [JsonConverter(typeof(BatchItemStates.LettersConverter))]
    public required ImmutableArray<BatchItemState> Items { get; init; }

    /// <summary>Items that intake refused when their turn came; they have no job.</summary>
    public ImmutableArray<BatchRefusal> Refusals { get; init; } = [];

    /// <summary>The items that are under way.</summary>
    public IEnumerable<int> InFlight() => Enumerable.Range(0, Items.Length).Where(index => Items[index] == BatchItemState.Started);
}

/// <summary>Why an item has no job.</summary>
/// <param name="Index">The item, from 0.</param>
/// <param name="Error">Why.</param>
public sealed record BatchRefusal(int Index, JobError Error) : StoredDocument;

/// <summary>Names a batch; all that its orchestration is given.</summary>
/// <param name="Id">The batch.</param>
public sealed record BatchRef(BatchId Id);
