using System.CommandLine;
using Evolink.Benchmarks.Copy;
using Evolink.Benchmarks.Generations;
using Evolink.Benchmarks.Hostile;

RootCommand benchmarks = new("Measures Evolink.Functions; docs/performance.md says what and how.")
{
    CopyCommand.Build(),
    CopyOnceCommand.Build(),
    CostCommand.Build(),
    GenerationsCommand.Build(),
    HostProcess.Build(),
    HostileCommand.Build(),
    NeighboursCommand.Build(),
    TelemetryCommand.Build(),
};
return await benchmarks.Parse(args).InvokeAsync();
