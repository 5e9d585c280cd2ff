using System.CommandLine;
using Evolink.LocalHost.Azurite;
using Evolink.Simulator;

namespace Evolink.Benchmarks.Generations;

/// <summary>
/// <c>cost</c>: how often Evolink is asked for one generation where it cannot call back, with polls by themselves and with such that share
/// calls.
/// </summary>
internal static class CostCommand
{
    private static readonly (string Name, string Window)[] Ways = [("each by itself", "00:00:00"), ("shared", "00:00:02")];

    public static Command Build()
    {
        Option<int> inFlight = new("--in-flight") { Description = "Generations at once.", DefaultValueFactory = _ => 50 };
        Option<int> count = new("--count") { Description = "How many.", DefaultValueFactory = _ => 100 };
        Option<int> duration = new("--seconds") { Description = "How long Evolink takes for each.", DefaultValueFactory = _ => 60 };
        Command command = new("cost", "Calls that read tasks, for each generation without callbacks.") { inFlight, count, duration };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            (int atOnce, int all, int seconds) = (parsed.GetValue(inFlight), parsed.GetValue(count), parsed.GetValue(duration));
            List<FormattableString> rows = [];
            foreach ((string name, string window) in Ways)
                rows.Add(await RunAsync(name, window, atOnce, all, TimeSpan.FromSeconds(seconds)));
            Output.Heading($"cost --in-flight {atOnce} --count {all} --seconds {seconds}", machine.AtEnd());
            Output.Table("| polls | calls for one generation | of those for several tasks | p50 s | p99 s |", rows);
            return 0;
        });
        return command;
    }

    private static async Task<FormattableString> RunAsync(string name, string window, int inFlight, int count, TimeSpan duration)
    {
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        await using StorageProxy storage = await StorageProxy.StartAsync(azurite, GenerationsCommand.Hub);
        await using RunningSimulator simulator = await SimulatorApp.StartAsync(
            new SimulatorOptions { AllowLoopback = true, FetchImages = false, TaskDuration = duration, VideoBytes = 100_000 });
        await using ReadCounter evolink = await ReadCounter.StartAsync(simulator);
        Dictionary<string, string?> settings = GenerationsCommand.Settings(storage, simulator, callbacks: false);
        settings["Evolink:BaseUrl"] = evolink.Address;
        settings["Evolink:PollBatchWindow"] = window;
        await using HostProcess app = await HostProcess.StartAsync(settings);
        using HttpClient client = GenerationsCommand.ClientOf(app);
        IReadOnlyCollection<double> times = await GenerationsCommand.GenerateAsync(client, storage, count, inFlight);
        (int single, int shared) = evolink.Calls;
        (double each, double several) = ((single + shared) / (double)count, shared / (double)count);
        return $"| {name} | {each:0.00} | {several:0.00} | {times.Median() / 1000:0.0} | {times.Percentile(0.99) / 1000:0.0} |";
    }
}
