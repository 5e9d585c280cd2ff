namespace Evolink.LocalHost.Cli;

/// <summary><c>simulate</c>: the simulated Evolink API alone.</summary>
internal static class SimulateCommand
{
    private const int StandardPort = 7072;

    public static Command Build()
    {
        Option<int> port = CommonOptions.Port(StandardPort);
        Option<string> data = CommonOptions.Data();
        Option<double> seconds = CommonOptions.SimulatorTime();
        seconds.Aliases.Add("--task-seconds");
        var command = new Command("simulate", "Runs the simulated Evolink API alone, until Ctrl-C.") { port, data, seconds };
        command.SetAction(parsed => RunAsync(parsed.GetValue(port), parsed.GetValue(data)!, TimeSpan.FromSeconds(parsed.GetValue(seconds))));
        return command;
    }

    private static async Task<int> RunAsync(int port, string folder, TimeSpan taskDuration)
    {
        using var signals = new StopSignals();
        using var data = DataFolder.Open(folder);
        var options = new SimulatorOptions { Port = port, DataFolder = data.Simulator, TaskDuration = taskDuration, AllowLoopback = true };
        await using RunningSimulator simulator = await SimulatorApp.StartAsync(options, signals.Token);
        Console.WriteLine($"Simulated Evolink API at {simulator.BaseUrl.GetLeftPart(UriPartial.Authority)}, key {SimulatorOptions.DevelopmentKey}. Ctrl-C ends it.");
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = signals.Token.Register(stopped.SetResult);
        await stopped.Task;
        return ExitCode.Done;
    }
}
