using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Batches;

/// <summary>Where an item of a batch stands. Beyond "started" its job's record knows more.</summary>
public enum BatchItemState
{
    /// <summary>Nothing was done for it.</summary>
    Waiting,

    /// <summary>It is under way: it has a job, or is just about to.</summary>
    Started,

    /// <summary>Its video is in storage.</summary>
    Completed,

    /// <summary>It ended without a video.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>Its job was deleted before the batch had seen its end.</summary>
    Removed,
}

/// <summary>What follows from a <see cref="BatchItemState"/>.</summary>
public static class BatchItemStates
{
    /// <summary>Whether the item is over.</summary>
    public static bool IsTerminal(this BatchItemState state) => state is >= BatchItemState.Completed and <= BatchItemState.Removed;

    /// <summary>How the item of a job ended.</summary>
    public static BatchItemState EndOf(JobState job) => job switch
    {
        JobState.Completed => BatchItemState.Completed,
        JobState.Failed => BatchItemState.Failed,
        JobState.Cancelled => BatchItemState.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(job), job, "Not the end of a job."),
    };

    // One letter for each item keeps the record of 1,000 small. One that a newer version has written is kept as it is.
    internal sealed class LettersConverter : JsonConverter<ImmutableArray<BatchItemState>>
    {
        private const string Letters = "wscfxr";

        public override ImmutableArray<BatchItemState> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            [.. (reader.GetString() ?? string.Empty).Select(letter => Letters.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var state
                ? (BatchItemState)state
                : (BatchItemState)letter)];

        public override void Write(Utf8JsonWriter writer, ImmutableArray<BatchItemState> value, JsonSerializerOptions options) =>
            writer.WriteStringValue(string.Create(value.Length, value, static (text, items) =>
            {
                for (int i = 0; i < items.Length; i++)
                    text[i] = (int)items[i] < Letters.Length ? Letters[(int)items[i]] : (char)items[i];
            }));
    }
}
