using Evolink.LocalHost.Chaos;
using Spectre.Console;

namespace Evolink.LocalHost.Cli;

/// <summary><c>chaos</c>: the campaign of faults and kills.</summary>
internal static class ChaosCommand
{
    private const int MostFindingsTold = 20;

    public static Command Build()
    {
        Option<int> generations = CommonOptions.Number("--generations", "How many generations.", "N", 1, 100_000, 500);
        Option<int> kills = CommonOptions.Number(
            "--kills", "How often host, worker or both are killed; every crash point takes one.", "N", Death.Fewest, 10_000, 25);
        Option<int> seed = CommonOptions.Number("--seed", "Same seed, same faults and kills.", "N", int.MinValue, int.MaxValue, 1);
        Option<int> deadline = CommonOptions.Number(
            "--deadline", "Seconds after which jobs that are not over count as failures.", "SECONDS", 1, 86_400, 600);
        Option<string?> azurite = CommonOptions.Azurite();
        Option<bool> noList = new("--no-list") { Description = "The provider does not list the account's tasks." };
        Option<int> lag = CommonOptions.Number("--list-lag", "Seconds by which a task appears late in that list, at most.", "SECONDS", 0, 3600, 0);
        Option<ChaosCallbacks> callbacks = new("--callbacks")
        {
            Description = "faulty: some are lost or wrong; sound: only those are lost that come while the app is dead; off: none.",
            DefaultValueFactory = _ => ChaosCallbacks.Faulty,
        };
        Option<bool> json = new("--json") { Description = "The counters as one JSON object on the last line." };
        var command = new Command("chaos", "Kills the app again and again while the simulated Evolink misbehaves, and checks that nothing was paid twice or lost.")
        {
            generations, kills, seed, deadline, noList, lag, callbacks, azurite, json,
        };
        command.SetAction(parsed => RunAsync(
            new ChaosOptions
            {
                Generations = parsed.GetValue(generations),
                Kills = parsed.GetValue(kills),
                Seed = parsed.GetValue(seed),
                Deadline = TimeSpan.FromSeconds(parsed.GetValue(deadline)),
                ListsTasks = !parsed.GetValue(noList),
                ListLag = TimeSpan.FromSeconds(parsed.GetValue(lag)),
                Callbacks = parsed.GetValue(callbacks),
                AzuriteFolder = parsed.GetValue(azurite),
                Note = Console.Error.WriteLine,
            },
            parsed.GetValue(json)));
        return command;
    }

    /// <summary>The process that <c>chaos</c> kills.</summary>
    public static Command BuildHost()
    {
        var command = new Command("chaos-host", "Is started by chaos.") { Hidden = true };
        command.SetAction(_ => ChaosHost.RunAsync());
        return command;
    }

    private static async Task<int> RunAsync(ChaosOptions options, bool json)
    {
        using var signals = new StopSignals();
        await Console.Error.WriteLineAsync($"Shortened for the campaign: {string.Join(", ", ChaosSettings.Shortened.Concat(ChaosSettings.ShortenedForDurable).Select(setting => $"{setting.Name}={setting.Value}"))}; a task takes {ChaosSettings.TaskDuration.TotalSeconds} s.");
        CampaignResult result = await Campaign.RunAsync(options, signals.Token);
        await Console.Error.WriteLineAsync($"Crash points: {string.Join(", ", result.CrashPoints.Select(point => $"{point.Key} {point.Value}"))}.");
        foreach (IGrouping<string, double> cause in result.Standstills.GroupBy(standstill => standstill.Cause, standstill => standstill.Length.TotalSeconds))
            await Console.Error.WriteLineAsync($"{cause.Key} died: held up {cause.Count()} jobs, half of them for less than {cause.Order().ElementAt(cause.Count() / 2):0.0} s, the longest for {cause.Max():0.0} s.");
        foreach (Chaos.Finding finding in result.Findings.Take(MostFindingsTold))
            await Console.Error.WriteLineAsync($"{finding.Kind} {finding.Job}: {finding.Words}");
        if (result.Evidence is { } folder)
            await Console.Error.WriteLineAsync($"{result.Findings.Count} findings; log, histories and records are in {folder}.");
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(result.Report, ChaosJson.Default.ChaosReport));
        else
            AnsiConsole.Write(Table(result.Report));
        return result.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    private static Table Table(ChaosReport report)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(report, ChaosJson.Default.ChaosReport)!.AsObject())
            table.AddRow(Markup.Escape(name.Replace('_', ' ')), Markup.Escape(value?.ToJsonString() ?? ""));
        return table;
    }
}
