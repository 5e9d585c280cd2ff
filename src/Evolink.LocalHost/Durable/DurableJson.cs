using System.Text.Json.Serialization;
using Evolink.LocalHost.Durable.Execution;

namespace Evolink.LocalHost.Durable;

/// <summary>The engine's own JSON. Values of the app go through <see cref="DurableValues"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = false)]
[JsonSerializable(typeof(FailureRecord))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Replay.InstanceHistory))]
internal sealed partial class DurableJson : JsonSerializerContext;
