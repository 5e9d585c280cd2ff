using System.CommandLine;
using Evolink.Simulator;

namespace Evolink.Benchmarks.Servers;

/// <summary>The simulator in a process of its own, with tasks that end at once.</summary>
internal static class SimulatorHostCommand
{
    public const string Name = "simulator-host";

    public static Command Build()
    {
        Option<long> bytes = new("--video-bytes") { Required = true };
        Command command = new(Name, "Runs the simulator in this process.") { bytes };
        command.Hidden = true;
        command.SetAction(async parsed =>
        {
            await using RunningSimulator simulator = await SimulatorApp.StartAsync(new SimulatorOptions
            {
                AllowLoopback = true,
                FetchImages = false,
                StartingCredits = decimal.MaxValue / 2,
                TaskDuration = TimeSpan.Zero,
                VideoBytes = parsed.GetValue(bytes),
            });
            Console.WriteLine($"{AppHostCommand.Ready}{simulator.BaseUrl}");
            while (await Console.In.ReadLineAsync() is not null)
            {
            }

            return 0;
        });
        return command;
    }
}
