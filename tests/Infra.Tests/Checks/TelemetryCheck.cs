using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Evolink.Functions;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Infra.Tests.Checks;

/// <summary>Alerts and workbook ask for events that the code logs, and for what these events hold.</summary>
internal static partial class TelemetryCheck
{
    private const BindingFlags Any = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<int, string> Messages =
        (from assembly in new[] { typeof(EvolinkFunctions).Assembly, typeof(EvolinkOptions).Assembly }
         from type in assembly.GetTypes()
         from method in type.GetMethods(Any)
         let message = method.GetCustomAttribute<LoggerMessageAttribute>()
         where message is not null
         select message).ToDictionary(message => message.EventId, message => message.Message);

    private static readonly HashSet<string> Instruments = PublishedInstruments();

    public static IEnumerable<string> Run(Deployment deployment) => deployment.OfType("Microsoft.Insights/scheduledQueryRules")
        .Select(rule => (string)rule.At("properties/criteria/allOf")![0]!["query"]!)
        .Append((string)deployment.Only("Microsoft.Insights/workbooks")["serializedData"]!)
        .SelectMany(query => Check(query).Select(problem => $"{problem} {query}"));

    private static IEnumerable<string> Check(string query)
    {
        int[] ids = [.. Ids().Matches(query).Select(match => int.Parse(match.Value)).Distinct()];
        foreach (int id in ids.Where(id => !Messages.ContainsKey(id)))
            yield return $"no event of the code has the id {id}.";
        // The workbook's queries are JSON within it, quotes and all.
        foreach (string name in Metrics().Matches(query.Replace("\\\"", "\"")).Select(match => match.Value).Except(Instruments))
            yield return $"no metric of the code is named '{name}'.";
        string messages = string.Concat(ids.Select(id => Messages.GetValueOrDefault(id)));
        foreach (string name in Dimensions().Matches(query).Select(match => match.Value).Except(["EventId"]))
        {
            if (!messages.Contains($"{{{name}}}", StringComparison.Ordinal) && !messages.Contains($"{{{name}:", StringComparison.Ordinal))
                yield return $"none of its events has a '{name}'.";
        }
    }

    private static HashSet<string> PublishedInstruments()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        using ServiceProvider services = new ServiceCollection()
            .AddMetrics().AddSingleton(TimeProvider.System).AddSingleton<PipelineMetrics>().BuildServiceProvider();
        _ = services.GetRequiredService<PipelineMetrics>();
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) => names.Add(instrument.Name);
        listener.Start();
        return names;
    }

    // Ids of events have four digits, and nothing else in the queries has.
    [GeneratedRegex(@"(?<![0-9.])[12][0-9]{3}(?![0-9.])", RegexOptions.None, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"(?<="")evolink\.[a-z_.]+(?=""(?!\]))", RegexOptions.None, 1000)]
    private static partial Regex Metrics();

    [GeneratedRegex(@"(?<=customDimensions\.)[A-Za-z]+", RegexOptions.None, 1000)]
    private static partial Regex Dimensions();
}
