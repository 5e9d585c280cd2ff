using System.CommandLine;
using System.Globalization;
using System.Runtime;
using System.Text.Json;
using Evolink.Functions;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Benchmarks.Servers;

/// <summary>The app in a process of its own; started by <see cref="AppProcess"/>, and over when its standard input closes.</summary>
internal static class AppHostCommand
{
    public const string Ready = "ready ";
    public const string Ended = "ended ";
    public const string Read = "read";
    public const string Reset = "reset";

    public static Command Build()
    {
        Option<bool> ends = new("--tell-ends") { Description = "Say when a job's record was written with its end." };
        Command command = new("app-host", "Runs the app in this process.") { ends };
        command.Hidden = true;
        command.SetAction(parsed => RunAsync(parsed.GetValue(ends)));
        return command;
    }

    private static async Task<int> RunAsync(bool tellEnds)
    {
        TextReader input = Console.In;
        AppOrder order = JsonSerializer.Deserialize(await input.ReadLineAsync() ?? "null", BenchmarkJson.Default.AppOrder)
            ?? throw new InvalidOperationException("app-host is started by the other benchmarks, which tell it what to do.");
        TextWriter output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        CountingHttp http = new(tellEnds ? id => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Ended}{id} {TimeProvider.System.GetTimestamp()}")) : null);
        await using LocalFunctionsHost host = await StartAsync(order, http);
        await output.WriteLineAsync($"{Ready}{host.BaseUrl}");
        while (await input.ReadLineAsync() is { } line)
        {
            if (line == Reset)
                http.Reset();
            else
                await output.WriteLineAsync(JsonSerializer.Serialize(Sample(http), BenchmarkJson.Default.AppSample));
        }

        return 0;
    }

    public static Task<LocalFunctionsHost> StartAsync(AppOrder order, OutgoingHttp http) => LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
    {
        FunctionApp = typeof(EvolinkFunctions).Assembly,
        ConfigureServices = (services, configuration, _) =>
        {
            services.AddSingleton(http);
            services.AddEvolink(configuration);
        },
        ConfigureWorker = static worker => worker.UseEvolink(),
        JournalPath = order.Journal,
        Settings = address => AppSettings.For(address, order.Provider, order.Storage, order.Callbacks),
        UseEnvironmentVariables = false,
        EnvironmentName = "Development",
    });

    private static AppSample Sample(CountingHttp http) => new(
        Environment.CpuUsage.TotalTime.TotalSeconds, JitInfo.GetCompilationTime().TotalSeconds, Machine.Resident(), GC.GetTotalMemory(forceFullCollection: false), GC.GetTotalAllocatedBytes(), http.Read());
}

/// <summary>What an app is to run with.</summary>
internal sealed record AppOrder(string Journal, Uri Provider, string Storage, bool Callbacks = true);

/// <summary>What an app has used so far.</summary>
internal sealed record AppSample(double CpuSeconds, double CompilingSeconds, long ResidentBytes, long HeapBytes, long AllocatedBytes, Dictionary<string, OperationCount> Outgoing);
