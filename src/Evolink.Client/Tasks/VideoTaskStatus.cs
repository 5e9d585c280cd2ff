using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Status of a task: four known values, and whatever Evolink may add.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where Evolink said nothing.</param>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct VideoTaskStatus(string? Value)
{
    /// <summary>Accepted, not begun.</summary>
    public static VideoTaskStatus Pending { get; } = new("pending");

    /// <summary>Being generated.</summary>
    public static VideoTaskStatus Processing { get; } = new("processing");

    /// <summary>Done, <see cref="VideoTask.Results"/> holds the link.</summary>
    public static VideoTaskStatus Completed { get; } = new("completed");

    /// <summary>Ended without a video, <see cref="VideoTask.Error"/> may say why.</summary>
    public static VideoTaskStatus Failed { get; } = new("failed");

    /// <summary>Whether the task ended with a video.</summary>
    public bool IsCompleted => Is("completed");

    /// <summary>Whether the task ended without a video. <c>cancelled</c> and <c>canceled</c>, seen from the service, count too.</summary>
    public bool IsFailed => Is("failed") || IsCancelled;

    /// <summary>Whether the task was cancelled. Not among the documented values, but seen.</summary>
    public bool IsCancelled => Is("cancelled") || Is("canceled");

    /// <summary>Whether the task will not change any more. An unknown status is taken as still going on.</summary>
    public bool IsTerminal => IsCompleted || IsFailed;

    /// <summary>The value on the wire, or <c>unknown</c>.</summary>
    public override string ToString() => Value ?? "unknown";

    private bool Is(string value) => string.Equals(Value, value, StringComparison.OrdinalIgnoreCase);

    internal sealed class JsonConverter : JsonConverter<VideoTaskStatus>
    {
        public override VideoTaskStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String) return new(reader.GetString());
            reader.Skip();
            return default;
        }

        public override void Write(Utf8JsonWriter writer, VideoTaskStatus value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
