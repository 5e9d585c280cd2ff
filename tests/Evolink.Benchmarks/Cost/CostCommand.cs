using System.CommandLine;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Evolink.Benchmarks.Servers;
using Evolink.Client;
using Evolink.LocalHost.Hosting;
using Evolink.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Benchmarks.Cost;

/// <summary><c>cost</c>: what one generation costs in calls, actions and blob operations, beside two ways of asking again and again.</summary>
internal static class CostCommand
{
    private const int VideoBytes = 1 << 20;
    private static readonly string[] Variants = ["callbacks", "polls", nameof(Polling.PollingLoop), nameof(Polling.Monitor)];

    public static Command Build()
    {
        Option<double> seconds = new("--task-seconds") { Description = "How long a task takes at Evolink.", DefaultValueFactory = _ => 120 };
        Option<int> generations = new("--generations") { Description = "How many of each kind, begun 1.5 s apart.", DefaultValueFactory = _ => 10 };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of tables." };
        Command command = new("cost", "Calls, scheduler actions and blob operations per generation, beside a polling loop and the monitor pattern.") { seconds, generations, json };
        command.SetAction(parsed => RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(generations), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan taskTime, int generations, bool json)
    {
        Machine machine = Machine.Current();
        CostResult[] results = await Task.WhenAll(Variants.Select(variant => Task.Run(() => RunAsync(variant, taskTime, generations))));
        CostReport report = new($"cost --task-seconds {taskTime.TotalSeconds:0.#} --generations {generations}", machine.AtEnd(), taskTime.TotalSeconds, results);
        if (json)
            Output.Json(report, BenchmarkJson.Default.CostReport);
        else
            Print(report);
        return 0;
    }

    private static async Task<CostResult> RunAsync(string variant, TimeSpan taskTime, int generations)
    {
        using Scratch scratch = new();
        await using LoopbackProvider provider = new(VideoBytes, taskTime);
        await using MemoryStorage storage = new();
        CountingHttp http = new();
        AppOrder order = new(scratch.Journal, provider.Url, storage.ConnectionString, Callbacks: variant == "callbacks");
        bool ours = variant is "callbacks" or "polls";
        await using LocalFunctionsHost host = await (ours ? AppHostCommand.StartAsync(order, http) : StartPollingAsync(order, http));
        using GenerationClient client = new(host.BaseUrl);
        CostRun run = new(variant, host, http, provider);
        TimeSpan apart = TimeSpan.FromSeconds(1.5);
        return await run.RunAsync(generations, apart, number => ours ? client.PostAsync(number) : StartAsync(host, variant));
    }

    private static Task<LocalFunctionsHost> StartPollingAsync(AppOrder order, CountingHttp http) => LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
    {
        FunctionApp = typeof(Polling).Assembly,
        FunctionClasses = [typeof(Polling)],
        ConfigureServices = (services, _, _) =>
        {
            services.AddSingleton(new HttpClient());
            services.AddSingleton(new BlobContainerClient(order.Storage, "videos", new BlobClientOptions { Transport = new HttpClientTransport(new HttpClient(http.Storage())) }));
            services.AddSingleton(new EvolinkClient(
                new HttpClient(http.Evolink()),
                new EvolinkClientOptions { ApiKeySource = () => SimulatorOptions.DevelopmentKey, BaseUrl = order.Provider, FilesBaseUrl = order.Provider, AllowLoopback = true }));
        },
        JournalPath = order.Journal,
        UseEnvironmentVariables = false,
        EnvironmentName = "Development",
    });

    private static Task<string> StartAsync(LocalFunctionsHost host, string orchestrator) => host.DurableClient.ScheduleNewOrchestrationInstanceAsync(orchestrator);

    private static void Print(CostReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| per generation | Evolink calls | downloads | activities | timers created | timers fired | events | scheduler actions | blob writes | blob reads | blob deletes | all billable |",
            report.Results.Select(r => (FormattableString)$"| {r.Variant} | {r.EvolinkCalls:0.#} | {r.Downloads:0.#} | {r.Activities:0.#} | {r.TimersCreated:0.#} | {r.TimersFired:0.#} | {r.Events:0.#} | {r.SchedulerActions:0.#} | {r.BlobWrites:0.#} | {r.BlobReads:0.#} | {r.BlobDeletes:0.#} | {r.Billable:0.#} |"));
        Console.WriteLine();
        foreach (CostResult result in report.Results)
            Output.Table($"| {result.Variant} | per generation |", result.Outgoing.Select(entry => (FormattableString)$"| {entry.Key} | {entry.Value:0.##} |"));
    }
}
