using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Source-generated JSON of the wire types; absent values are left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VideoGenerationRequest))]
[JsonSerializable(typeof(VideoTask))]
[JsonSerializable(typeof(EvolinkErrorResponse))]
[JsonSerializable(typeof(TaskBatch))]
public sealed partial class EvolinkJsonContext : JsonSerializerContext;
