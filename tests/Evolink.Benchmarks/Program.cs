using System.CommandLine;
using Evolink.Benchmarks.Callback;
using Evolink.Benchmarks.ColdStart;
using Evolink.Benchmarks.Copy;
using Evolink.Benchmarks.Cost;
using Evolink.Benchmarks.Hostile;
using Evolink.Benchmarks.Latency;
using Evolink.Benchmarks.Replay;
using Evolink.Benchmarks.Servers;
using Evolink.Benchmarks.Simulation;
using Evolink.Benchmarks.Throughput;
using Evolink.Benchmarks.Waiting;

RootCommand benchmarks = new("Measures Evolink.Functions; docs/performance.md says what and how.")
{
    CopyCommand.Build(),
    CopyOnceCommand.Build(),
    CostCommand.Build(),
    ThroughputCommand.Build(),
    SdkLimitCommand.Build(),
    LatencyCommand.Build(),
    CallbackCommand.Build(),
    BareHostCommand.Build(),
    ColdStartCommand.Build(),
    WaitingCommand.Build(),
    WaitingHostCommand.Build(),
    ReplayCommand.Build(),
    SimulateCommand.Build(),
    AppHostCommand.Build(),
    SimulatorHostCommand.Build(),
    HostileCommand.Build(),
    NeighboursCommand.Build(),
};
return await benchmarks.Parse(args).InvokeAsync();
