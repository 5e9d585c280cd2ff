using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Tasks;

namespace Evolink.Functions.Batches;

/// <summary>A batch as clients see it.</summary>
public sealed record BatchView
{
    /// <summary>When it was accepted, in Unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>The batch's id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>video.generation.batch</c>.</summary>
    public string Object { get; } = "video.generation.batch";

    /// <summary><c>pending</c> until the first item is started, <c>processing</c>, then <c>completed</c> (however the items ended) or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Mean of the items' progress in percent; an item that is over counts 100.</summary>
    public required int Progress { get; init; }

    /// <summary>How many items stand where.</summary>
    public required BatchCounts Counts { get; init; }

    /// <summary>Most items under way at once.</summary>
    public required int MaxInFlight { get; init; }

    /// <summary>When a cancel was asked for.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>When every item was over.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The page of items that was asked for.</summary>
    public IReadOnlyList<BatchItemView>? Items { get; init; }

    /// <summary>What to give as <c>after</c> for the next page; absent on the last one.</summary>
    public int? Next { get; init; }
}

/// <summary>How many items stand where; every item is counted once.</summary>
/// <param name="Total">All.</param>
/// <param name="Pending">Not submitted yet.</param>
/// <param name="Processing">Submitted.</param>
/// <param name="Completed">With a video.</param>
/// <param name="Failed">Without one, cancelled ones aside.</param>
/// <param name="Cancelled">Cancelled.</param>
/// <param name="Removed">Deleted before the batch had seen their end.</param>
public sealed record BatchCounts(int Total, int Pending, int Processing, int Completed, int Failed, int Cancelled, int Removed);

/// <summary>One item of a batch; a task like any other, with less told.</summary>
public sealed record BatchItemView
{
    /// <summary>Its place in the list, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Id of its task; to be queried by once the item was started.</summary>
    public required string Id { get; init; }

    /// <summary><c>pending</c>, <c>processing</c>, <c>completed</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Progress in percent.</summary>
    public int Progress { get; init; }

    /// <summary>One freshly signed link to the video.</summary>
    public IReadOnlyList<string>? Results { get; init; }

    /// <summary>The video in storage.</summary>
    public VideoView? Video { get; init; }

    /// <summary>When the link in <see cref="Results"/> dies.</summary>
    [JsonPropertyName("expires_at")]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why it failed.</summary>
    public VideoTaskError? Error { get; init; }
}

/// <summary>Which items to show.</summary>
/// <param name="Limit">At most how many.</param>
/// <param name="After">Only those behind this one; -1: from the first.</param>
/// <param name="Status">Only those of this status; null: all.</param>
public sealed record BatchPage(int Limit, int After, string? Status);
