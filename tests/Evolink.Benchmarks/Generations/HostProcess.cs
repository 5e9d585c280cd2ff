using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Evolink.LocalHost.Hosting;
using FunctionsHost;

namespace Evolink.Benchmarks.Generations;

/// <summary>The embedded host with the built app, in a process of its own: its processor time, and its worker's, are then theirs alone.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    public const string Name = "app-host";

    private readonly Process _host;
    private readonly Process _worker;

    private HostProcess(Process host, Process worker, Uri address) => (_host, _worker, Address) = (host, worker, address);

    public Uri Address { get; }

    /// <summary>Processor time so far, in seconds.</summary>
    public (double Host, double Worker) CpuSeconds => (CpuOf(_host), CpuOf(_worker));

    /// <summary>Resident memory, in bytes.</summary>
    public (long Host, long Worker) Resident => (ResidentOf(_host), ResidentOf(_worker));

    /// <summary>The hidden command that is the process.</summary>
    public static Command Build()
    {
        Command command = new(Name, "Runs the app; is started by other benchmarks.") { Hidden = true };
        command.SetAction(async _ =>
        {
            TextReader input = Console.In;
            Dictionary<string, string?> settings = JsonSerializer.Deserialize<Dictionary<string, string?>>(await input.ReadLineAsync() ?? "null")
                ?? throw new InvalidOperationException("app-host is started by the other benchmarks, which tell it what to do.");
            await using FunctionAppHost host = await FunctionAppHost.StartAsync(new FunctionAppOptions
            {
                AppFolder = FunctionApp.Folder,
                UseEnvironmentVariables = false,
                // Without a key to sign callbacks with there shall be none.
                Settings = address => settings.ContainsKey("Evolink:Callback:CurrentKey")
                    ? new Dictionary<string, string?>(settings) { ["Evolink:PublicBaseUrl"] = address.GetLeftPart(UriPartial.Authority) }
                    : settings,
            });
            Console.WriteLine($"{host.BaseUrl} {host.WorkerProcessId}");
            await input.ReadLineAsync();
            return 0;
        });
        return command;
    }

    public static async Task<HostProcess> StartAsync(IReadOnlyDictionary<string, string?> settings)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Name]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        Process host = Process.Start(start)!;
        await host.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings));
        await host.StandardInput.FlushAsync();
        string[] said = (await host.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The app does not start.")).Split(' ');
        return new HostProcess(host, Process.GetProcessById(int.Parse(said[1], CultureInfo.InvariantCulture)), new Uri(said[0]));
    }

    public async ValueTask DisposeAsync()
    {
        _host.StandardInput.Close();
        await _host.WaitForExitAsync();
        _host.Dispose();
        _worker.Dispose();
    }

    private static double CpuOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static long ResidentOf(Process process)
    {
        process.Refresh();
        return process.WorkingSet64;
    }
}
