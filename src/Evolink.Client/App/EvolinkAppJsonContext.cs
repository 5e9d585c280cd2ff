using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Source-generated JSON of what an Evolink.Functions app is asked and answers; absent values are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvolinkAppTask))]
[JsonSerializable(typeof(EvolinkAppBatch))]
[JsonSerializable(typeof(EvolinkAppBatchRequest))]
internal sealed partial class EvolinkAppJsonContext : JsonSerializerContext;
