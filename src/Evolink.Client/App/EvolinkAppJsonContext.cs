using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>Source-generated JSON of what an Evolink.Functions app answers; absent values are left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvolinkAppTask))]
[JsonSerializable(typeof(EvolinkAppPage))]
[JsonSerializable(typeof(EvolinkAppUpload))]
internal sealed partial class EvolinkAppJsonContext : JsonSerializerContext;

internal sealed record EvolinkAppPage(IReadOnlyList<EvolinkAppTask>? Data, string? Next);

internal sealed record EvolinkAppUpload(string? Url);
