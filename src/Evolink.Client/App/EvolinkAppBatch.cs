using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>A batch as an Evolink.Functions app tells it.</summary>
public sealed record EvolinkAppBatch
{
    /// <summary>The batch's id, <c>batch-...</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>When the app accepted it, to the second.</summary>
    [JsonPropertyName("created"), JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where it stands.</summary>
    public EvolinkAppBatchStatus Status { get; init; }

    /// <summary>Mean of the items' progress in percent; an item that is over counts 100.</summary>
    public int Progress { get; init; }

    /// <summary>How many items stand where.</summary>
    public EvolinkAppBatchCounts Counts { get; init; } = new();

    /// <summary>Most items under way at once.</summary>
    public int MaxInFlight { get; init; }

    /// <summary>When a cancel was asked for.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>When every item was over.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether every item is over.</summary>
    [JsonIgnore]
    public bool IsOver => EndedAt is not null;

    internal IReadOnlyList<EvolinkAppBatchItem>? Items { get; init; }

    internal int? Next { get; init; }

    internal JsonElement Raw { get; init; }

    /// <summary>The app's JSON as it came, with what this version does not know; undefined for a batch that was not read.</summary>
    public JsonElement GetRawJson() => Raw;

    internal static EvolinkAppBatch? Read(JsonElement body)
    {
        if (body.Deserialize(EvolinkAppJsonContext.Default.EvolinkAppBatch) is not { Id.Length: > 0 } batch)
            return null;
        return batch with
        {
            Raw = body,
            Next = body.Whole("next") is { } next and >= 0 and <= int.MaxValue ? (int)next : null,
            Items = body.Array("items") is { } items ? [.. items.EnumerateArray().Select(EvolinkAppBatchItem.Read)] : null,
        };
    }
}

/// <summary>How many items of a batch stand where; every item is counted once.</summary>
public sealed record EvolinkAppBatchCounts
{
    /// <summary>All.</summary>
    public int Total { get; init; }

    /// <summary>Not submitted yet.</summary>
    public int Pending { get; init; }

    /// <summary>Submitted.</summary>
    public int Processing { get; init; }

    /// <summary>With a video.</summary>
    public int Completed { get; init; }

    /// <summary>Without one, cancelled ones aside.</summary>
    public int Failed { get; init; }

    /// <summary>Cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>Deleted by an operator before the batch had seen their end.</summary>
    public int Removed { get; init; }
}

/// <summary>An item of a batch: where it stands there, and its task.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Task">
/// Its task, with less told than <see cref="EvolinkAppClient.GetTaskAsync"/> does: id, status, progress, links, video and error.
/// </param>
public sealed record EvolinkAppBatchItem(int Index, EvolinkAppTask Task)
{
    internal static EvolinkAppBatchItem Read(JsonElement item) => new(
        item.Whole("index") is { } index and >= 0 and <= int.MaxValue ? (int)index : throw new JsonException("An item has an index."),
        EvolinkAppTask.Read(item) ?? throw new JsonException("An item has an id."));
}

/// <summary>The body of <c>POST /v1/batches</c>: a list, or a template and images.</summary>
internal sealed record EvolinkAppBatchRequest
{
    public IReadOnlyList<VideoGenerationRequest>? Generations { get; init; }

    public VideoGenerationRequest? Template { get; init; }

    public IReadOnlyList<string>? Images { get; init; }

    public int? MaxInFlight { get; init; }
}
