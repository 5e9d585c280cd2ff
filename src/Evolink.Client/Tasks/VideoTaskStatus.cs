using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Status of a task: four known values, and whatever Evolink may add. Upper and lower case are the same.</summary>
/// <param name="Value">The value on the wire; <see langword="null"/> where Evolink said nothing.</param>
[JsonConverter(typeof(ExtensibleValueConverter<VideoTaskStatus>))]
public readonly record struct VideoTaskStatus(string? Value) : IExtensibleValue<VideoTaskStatus>
{
    /// <summary>Accepted, not begun.</summary>
    public static VideoTaskStatus Pending { get; } = new("pending");

    /// <summary>Being generated.</summary>
    public static VideoTaskStatus Processing { get; } = new("processing");

    /// <summary>Done, <see cref="VideoTask.Results"/> holds the link.</summary>
    public static VideoTaskStatus Completed { get; } = new("completed");

    /// <summary>Ended without a video, <see cref="VideoTask.Error"/> may say why.</summary>
    public static VideoTaskStatus Failed { get; } = new("failed");

    /// <summary>Cancelled: not among the documented values, but seen, in this spelling and with one l.</summary>
    public static VideoTaskStatus Cancelled { get; } = new("cancelled");

    /// <summary>Whether the task ended with a video.</summary>
    public bool IsCompleted => this == Completed;

    /// <summary>Whether the task ended without a video. <c>cancelled</c> and <c>canceled</c>, seen from the service, count too.</summary>
    public bool IsFailed => this == Failed || IsCancelled;

    /// <summary>Whether the task was cancelled.</summary>
    public bool IsCancelled => this == Cancelled || this == new VideoTaskStatus("canceled");

    /// <summary>Whether the task will not change any more. An unknown status is taken as still going on.</summary>
    public bool IsTerminal => IsCompleted || IsFailed;

    /// <inheritdoc/>
    public static VideoTaskStatus Of(string? value) => new(value);

    /// <inheritdoc/>
    public bool Equals(VideoTaskStatus other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value ?? "");

    /// <summary>The value on the wire, or <c>unknown</c>.</summary>
    public override string ToString() => Value ?? "unknown";
}
