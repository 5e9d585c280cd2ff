namespace Evolink.LocalHost.Chaos;

/// <summary>The process that is killed: the Functions host, and nothing that must survive.</summary>
internal static class ChaosHost
{
    /// <summary>What it says when it answers requests.</summary>
    public const string Ready = "ready";

    /// <summary>Runs until it is killed, or until its standard input closes because the campaign is over or gone.</summary>
    public static async Task<int> RunAsync()
    {
        TextReader input = Console.In;
        ChaosHostOrder order = JsonSerializer.Deserialize(await input.ReadLineAsync() ?? "null", ChaosJson.Default.ChaosHostOrder)
            ?? throw new LocalHostException("chaos-host is started by chaos, which tells it what to do.");
        await using FunctionAppHost host = await FunctionAppHost.StartAsync(new FunctionAppOptions
        {
            AppFolder = FunctionApp.Folder,
            StateFolder = order.Folder,
            Port = order.Port,
            Settings = _ => order.Settings,
            UseEnvironmentVariables = false,
            ConfigureLogging = logging => LocalLog.ToStandardError(logging, LogLevel.Information, timestamps: true),
        });
        await Console.Out.WriteLineAsync(Ready);
        while (await input.ReadLineAsync() is not null)
        {
        }

        return 0;
    }
}
