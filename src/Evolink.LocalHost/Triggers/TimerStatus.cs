using System.Text.Json.Serialization;

namespace Evolink.LocalHost.Triggers;

/// <summary>What is remembered of a timer from one process to the next.</summary>
/// <param name="Last">When its last run began; <see langword="null"/>: none yet.</param>
/// <param name="LastUpdated">When this was written: for a timer that never ran, when it was first seen.</param>
internal sealed record TimerStatus(DateTimeOffset? Last, DateTimeOffset LastUpdated);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, TimerStatus>))]
internal sealed partial class TimerStatusJson : JsonSerializerContext;
