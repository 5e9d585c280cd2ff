namespace Evolink.Benchmarks.Throughput;

/// <summary>What came of one storage, provider and number in flight.</summary>
/// <param name="Storage">Where records and videos go.</param>
/// <param name="Provider">Who plays Evolink.</param>
/// <param name="InFlight">Generations at once.</param>
/// <param name="Generations">How many were measured.</param>
/// <param name="PerSecond">Generations per second, from the POST to the record with the end.</param>
/// <param name="P50Ms">Time of one generation.</param>
/// <param name="P99Ms">Time of one generation.</param>
/// <param name="AppCpuMs">Processor time of the app, engine and journal included, per generation.</param>
/// <param name="StorageCpuMs">Processor time of the emulator per generation.</param>
/// <param name="SimulatorCpuMs">Processor time of the simulator per generation.</param>
/// <param name="BenchmarkCpuMs">Processor time of this process per generation: clients, and what is served from memory.</param>
/// <param name="StorageWaitMs">How long the app waited for storage, summed over the requests of one generation.</param>
/// <param name="EvolinkWaitMs">How long the app waited for Evolink.</param>
/// <param name="StorageRequests">Requests to storage per generation.</param>
/// <param name="AllocatedKib">Memory allocated by the app per generation.</param>
/// <param name="StolenPercent">Percent of the machine's processor time that its host gave to others meanwhile.</param>
internal sealed record ThroughputResult(
    string Storage,
    string Provider,
    int InFlight,
    int Generations,
    double PerSecond,
    double P50Ms,
    double P99Ms,
    double AppCpuMs,
    double StorageCpuMs,
    double SimulatorCpuMs,
    double BenchmarkCpuMs,
    double StorageWaitMs,
    double EvolinkWaitMs,
    double StorageRequests,
    double AllocatedKib,
    double? StolenPercent);

/// <summary>Everything.</summary>
/// <param name="Command">How it was measured.</param>
/// <param name="Machine">On what.</param>
/// <param name="EngineCpuMs">Processor time of engine and journal alone for one such orchestration, whose activities do nothing.</param>
/// <param name="EnginePerSecond">How many of those per second.</param>
/// <param name="Sdk">The storage requests of a generation through the SDK alone.</param>
/// <param name="Results">The rest.</param>
internal sealed record ThroughputReport(string Command, Machine Machine, double EngineCpuMs, double EnginePerSecond, IReadOnlyList<SdkLimit> Sdk, IReadOnlyList<ThroughputResult> Results);
