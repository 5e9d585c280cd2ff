using System.Globalization;
using System.Text.Json;
using FunctionsHost;
using FunctionsHost.TestProgram;
using Microsoft.Extensions.Logging;

// Two programs that tests run as processes, so that they can be killed: a host, and a worker that misbehaves.
if (args.Contains("--functions-uri"))
{
    await MisbehavingWorker.RunAsync(args);
    return;
}

// A host: takes its options as JSON, tells where it answers and which worker it has, and ends when its standard input closes.
HostArguments arguments = JsonSerializer.Deserialize<HostArguments>(args[0])!;
await using FunctionAppHost host = await FunctionAppHost.StartAsync(new FunctionAppOptions
{
    AppFolder = arguments.AppFolder,
    StateFolder = arguments.StateFolder,
    Settings = _ => arguments.Settings,
    ConfigureLogging = logging => logging.AddSimpleConsole(console => console.SingleLine = true),
});
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {host.BaseUrl} {host.WorkerProcessId}"));
await Console.In.ReadToEndAsync();
