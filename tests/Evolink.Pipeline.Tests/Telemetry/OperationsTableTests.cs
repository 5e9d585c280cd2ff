using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Evolink.Client;
using Evolink.Pipeline.Telemetry;
using Evolink.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Pipeline.Tests.Telemetry;

/// <summary>docs/operations.md says what the code tells.</summary>
public sealed partial class OperationsTableTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Clone.Root, "docs", "operations.md"));

    [Fact]
    public void Every_metric_stands_there_with_its_kind_and_unit_and_nothing_else_does()
    {
        string[] documented = [.. MetricRow().Matches(Page).Select(match => $"{match.Groups["name"]} {match.Groups["kind"]} {match.Groups["unit"]}").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(documented);
        Assert.Equal(Instruments().Select(instrument => $"{instrument.Name} {Kind(instrument)} {instrument.Unit}").Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void Every_span_stands_there_and_nothing_else_does()
    {
        string[] documented = [.. SpanRow().Matches(Page).Select(match => $"{match.Groups["name"]} {match.Groups["source"]}").Order(StringComparer.Ordinal)];
        string[] real = [.. Spans(typeof(EvolinkClientTelemetry)).Concat(Spans(typeof(PipelineTelemetry))).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(documented);
        Assert.Equal(real, documented);
    }

    [Fact]
    public void The_grafana_dashboard_asks_for_metrics_that_exist()
    {
        HashSet<string> real = [.. Instruments().SelectMany(PrometheusNames)];
        string dashboard = File.ReadAllText(Path.Combine(Clone.Root, "docs", "grafana.json"));
        string[] asked = [.. PrometheusName().Matches(dashboard).Select(match => match.Value).Distinct()];
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(real));
        string[] labels = [.. Label().Matches(dashboard).Select(match => match.Value).Distinct()];
        Assert.NotEmpty(labels);
        Assert.All(labels, label => Assert.Contains($"`{label}`", Page.Replace('.', '_'), StringComparison.Ordinal));
    }

    [Fact]
    public void Its_queries_ask_for_metrics_that_exist()
    {
        HashSet<string> real = [.. Instruments().Select(instrument => instrument.Name)];
        string[] asked = [.. QuotedName().Matches(Page).Select(match => match.Groups["name"].Value).Distinct()];
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(real));
    }

    private static List<Instrument> Instruments()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton(TimeProvider.System).AddSingleton<PipelineMetrics>().BuildServiceProvider();
        IMeterFactory own = services.GetRequiredService<IMeterFactory>();
        // The client's instruments are made when it is used first.
        RuntimeHelpers.RunClassConstructor(typeof(EvolinkClient).Assembly.GetType("Evolink.Client.ApiCall", throwOnError: true)!.TypeHandle);
        _ = services.GetRequiredService<PipelineMetrics>();
        List<Instrument> found = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, own) || instrument.Meter.Name == EvolinkClientTelemetry.Name)
                found.Add(instrument);
        };
        listener.Start();
        return found;
    }

    private static string Kind(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<double> => "counter",
        Histogram<double> => "histogram",
        ObservableGauge<double> => "gauge",
        _ => instrument.GetType().Name,
    };

    private static IEnumerable<string> Spans(Type names)
    {
        string source = (string)names.GetField("Name")!.GetRawConstantValue()!;
        return names.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.Name.EndsWith("Activity", StringComparison.Ordinal))
            .Select(field => $"{field.GetRawConstantValue()} {source}");
    }

    // As the OpenTelemetry collector's Prometheus exporter names them: units and the counters' suffix become part of the name.
    private static IEnumerable<string> PrometheusNames(Instrument instrument)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", "By/s" => "_bytes_per_second", _ => string.Empty };
        string name = instrument.Name.Replace('.', '_');
        name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        return Kind(instrument) switch
        {
            "counter" => [$"{name}_total"],
            "histogram" => [$"{name}_bucket", $"{name}_sum", $"{name}_count"],
            _ => [name],
        };
    }

    [GeneratedRegex(@"^\| `(?<name>evolink\.[a-z._]+)` \| (?<kind>counter|histogram|gauge) \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"^\| `(?<name>evolink\.[a-z._]+)` \| (?<source>Evolink\.[A-Za-z]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SpanRow();

    // Not a dimension: those stand in brackets.
    [GeneratedRegex(@"(?<!\[)""(?<name>evolink\.[a-z._]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QuotedName();

    // What a function is given; not what "by (...)" names.
    [GeneratedRegex(@"(?<=(?<!by )\()evolink_[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex PrometheusName();

    [GeneratedRegex(@"(?<=by \([^)]*)\b(evolink|error|http)_[a-z_]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}
