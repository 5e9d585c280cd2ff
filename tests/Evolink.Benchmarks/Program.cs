using System.CommandLine;
using Evolink.Benchmarks.Copy;

RootCommand benchmarks = new("Measures Evolink.Functions; docs/performance.md says what and how.")
{
    CopyCommand.Build(),
    CopyOnceCommand.Build(),
};
return await benchmarks.Parse(args).InvokeAsync();
