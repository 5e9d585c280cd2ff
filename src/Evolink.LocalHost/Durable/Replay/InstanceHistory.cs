using System.Text.Json;
using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Replay;

/// <summary>One instance's journal, apart from its database: to look at, to keep as a golden journal, to check against other code.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="Name">The orchestrator's name.</param>
/// <param name="Version">The version it was started with.</param>
/// <param name="ParentId">The instance that started it, if one did.</param>
/// <param name="ParentName">That instance's orchestrator.</param>
/// <param name="Input">The input as JSON.</param>
/// <param name="Events">What happened, in order. Only what happened since the last continue-as-new.</param>
public sealed record InstanceHistory(
    string InstanceId,
    string Name,
    string Version,
    string? ParentId,
    string? ParentName,
    string? Input,
    IReadOnlyList<JournalEvent> Events)
{
    /// <summary>The history as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DurableJson.Default.InstanceHistory);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static InstanceHistory FromJson(string json) =>
        JsonSerializer.Deserialize(json, DurableJson.Default.InstanceHistory) ?? throw new JsonException("The text holds no history.");
}
