using System.Text.Json.Serialization;
using Evolink.Benchmarks.Cost;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks;

/// <summary>JSON of the reports, and of what the processes tell each other.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(AppOrder))]
[JsonSerializable(typeof(AppSample))]
[JsonSerializable(typeof(CostReport))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
