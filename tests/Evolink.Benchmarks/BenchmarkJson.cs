using System.Text.Json.Serialization;
using Evolink.Benchmarks.Callback;
using Evolink.Benchmarks.ColdStart;
using Evolink.Benchmarks.Cost;
using Evolink.Benchmarks.Latency;
using Evolink.Benchmarks.Replay;
using Evolink.Benchmarks.Servers;
using Evolink.Benchmarks.Simulation;
using Evolink.Benchmarks.Throughput;
using Evolink.Benchmarks.Waiting;

namespace Evolink.Benchmarks;

/// <summary>JSON of the reports, and of what the processes tell each other.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(AppOrder))]
[JsonSerializable(typeof(AppSample))]
[JsonSerializable(typeof(CostReport))]
[JsonSerializable(typeof(ThroughputReport))]
[JsonSerializable(typeof(SdkMeasurement))]
[JsonSerializable(typeof(CallbackReport))]
[JsonSerializable(typeof(ColdStartReport))]
[JsonSerializable(typeof(LatencyReport))]
[JsonSerializable(typeof(WaitingReport))]
[JsonSerializable(typeof(WaitingSample))]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(SimulationReport))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
