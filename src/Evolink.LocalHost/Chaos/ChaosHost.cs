using System.Text.Json;
using Evolink.Functions;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Evolink.LocalHost.Chaos;

/// <summary>The process that is killed: the app and its engine, and nothing that must survive.</summary>
internal static class ChaosHost
{
    /// <summary>What it says when it answers requests.</summary>
    public const string Ready = "ready";

    /// <summary>What it says, with the point, when it ends itself.</summary>
    public const string Crash = "crash ";

    /// <summary>Runs until it is killed, or until its standard input closes because the campaign is gone.</summary>
    public static async Task<int> RunAsync(CrashPoint? crashAt, int occurrence)
    {
        TextReader input = Console.In;
        ChaosHostOrder order = JsonSerializer.Deserialize(await input.ReadLineAsync() ?? "null", ChaosJson.Default.ChaosHostOrder)
            ?? throw new LocalHostException("chaos-host is started by chaos, which tells it what to do.");
        await using LocalFunctionsHost host = await LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
        {
            FunctionApp = typeof(EvolinkFunctions).Assembly,
            ConfigureServices = (services, configuration, _) =>
            {
                if (crashAt is { } point)
                    services.AddSingleton<OutgoingHttp>(new CrashingHttp(new CrashTrigger(point, occurrence, reached => Say($"{Crash}{reached}"))));
                services.AddEvolink(configuration);
            },
            ConfigureWorker = worker => worker.UseEvolink(),
            JournalPath = order.Journal,
            Port = order.Port,
            Settings = _ => order.Settings,
            UseEnvironmentVariables = false,
            EnvironmentName = "Development",
            ConfigureLogging = ToStandardError,
        });
        Say(Ready);
        while (await input.ReadLineAsync() is not null)
        {
        }

        return 0;
    }

    // In one write: the process may be gone right after.
    private static void Say(string line)
    {
        Console.Out.Write(line + "\n");
        Console.Out.Flush();
    }

    private static void ToStandardError(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "HH:mm:ss.fff ", true));
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
