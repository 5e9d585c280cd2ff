using System.CommandLine;
using Evolink.Benchmarks.Copy;
using Evolink.Benchmarks.Cost;
using Evolink.Benchmarks.Servers;

RootCommand benchmarks = new("Measures Evolink.Functions; docs/performance.md says what and how.")
{
    CopyCommand.Build(),
    CopyOnceCommand.Build(),
    CostCommand.Build(),
    AppHostCommand.Build(),
};
return await benchmarks.Parse(args).InvokeAsync();
