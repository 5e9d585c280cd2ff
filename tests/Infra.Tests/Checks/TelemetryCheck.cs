using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Evolink.Functions;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Infra.Tests.Evaluation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Infra.Tests.Checks;

/// <summary>Alerts and workbook ask for events that the code logs, and for what these events hold.</summary>
internal static partial class TelemetryCheck
{
    private static readonly Dictionary<int, string> Messages = typeof(EvolinkFunctions).Assembly.GetTypes().Concat(typeof(EvolinkOptions).Assembly.GetTypes())
        .SelectMany(type => type.GetMethods(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
        .OfType<LoggerMessageAttribute>()
        .ToDictionary(message => message.EventId, message => message.Message);

    private static readonly HashSet<string> Instruments = PublishedInstruments();

    public static IEnumerable<Problem> Run(Outcome outcome)
    {
        foreach (ResourceValue rule in outcome.OfType("Microsoft.Insights/scheduledQueryRules"))
        {
            Dictionary<string, object?> criteria = (Dictionary<string, object?>)((List<object?>)rule.At(["properties", "criteria", "allOf"])!)[0]!;
            foreach (string message in Query((string)criteria["query"]!))
                yield return Problem.At(rule.File, rule.Declaration, $"{rule.Name}: {message}");
        }

        ResourceValue workbook = outcome.OfType("Microsoft.Insights/workbooks").Single();
        foreach (string message in Query((string)workbook.At(["properties", "serializedData"])!))
            yield return Problem.At(workbook.File, workbook.Declaration, message);
    }

    private static IEnumerable<string> Query(string query)
    {
        int[] ids = [.. Ids().Matches(query).Select(match => int.Parse(match.Value)).Distinct()];
        foreach (int id in ids.Where(id => !Messages.ContainsKey(id)))
            yield return $"no event of the code has the id {id}.";
        foreach (string name in Metrics().Matches(query).Select(match => match.Groups["name"].Value).Distinct().Where(name => !Instruments.Contains(name)))
            yield return $"no metric of the code is named '{name}'.";
        string messages = string.Concat(ids.Select(id => Messages.GetValueOrDefault(id)));
        foreach (string name in Dimensions().Matches(query).Select(match => match.Groups["name"].Value).Distinct())
        {
            if (name != "EventId" && !messages.Contains($"{{{name}}}", StringComparison.Ordinal) && !messages.Contains($"{{{name}:", StringComparison.Ordinal))
                yield return $"none of its events has a '{name}'.";
        }
    }

    private static HashSet<string> PublishedInstruments()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        using ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton(TimeProvider.System).AddSingleton<PipelineMetrics>().BuildServiceProvider();
        _ = services.GetRequiredService<PipelineMetrics>();
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) => names.Add(instrument.Name);
        listener.Start();
        return names;
    }

    // Ids of events have four digits, and nothing else in the queries has.
    [GeneratedRegex(@"(?<![0-9.])[12][0-9]{3}(?![0-9.])", RegexOptions.None, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"""(?<name>evolink\.[a-z_.]+)\\?""(?!\])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metrics();

    [GeneratedRegex(@"customDimensions\.(?<name>[A-Za-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dimensions();
}
