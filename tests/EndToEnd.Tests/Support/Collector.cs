using EndToEnd.Tests.Support.Otlp;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Support;

/// <summary>A collector of telemetry, to which an app's worker exports by OpenTelemetry's protocol, as it does in Azure.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly Receiver _receiver;

    private Collector(Receiver receiver) => _receiver = receiver;

    /// <summary>Settings of an app that exports here, soon after it has something to tell.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _receiver.Url.AbsoluteUri,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
    };

    /// <summary>Every span that came.</summary>
    public IReadOnlyList<CollectedSpan> Spans =>
    [
        .. from call in _receiver.Calls
           where call.Target == "/v1/traces"
           from resource in ExportTraceServiceRequest.Parser.ParseFrom(call.Body).ResourceSpans
           from scope in resource.ScopeSpans
           from span in scope.Spans
           select new CollectedSpan(scope.Scope.Name, span),
    ];

    public static async Task<Collector> StartAsync() => new(await Receiver.StartAsync());

    /// <summary>The spans of one trace.</summary>
    public IReadOnlyList<CollectedSpan> Trace(string id) => [.. Spans.Where(span => span.TraceId == id)];

    /// <summary>The spans about one job, in whichever trace.</summary>
    public IReadOnlyList<CollectedSpan> Of(string jobId) => [.. Spans.Where(span => span.Tags.GetValueOrDefault("evolink.job.id") == jobId)];

    /// <summary>What an instrument has counted, in all processes of the app together: each tells its own sum, from its start on.</summary>
    public double Sum(string instrument, params (string Name, string Value)[] tags) =>
        (from call in _receiver.Calls
         where call.Target == "/v1/metrics"
         from resource in ExportMetricsServiceRequest.Parser.ParseFrom(call.Body).ResourceMetrics
         from scope in resource.ScopeMetrics
         from metric in scope.Metrics
         where metric.Name == instrument && metric.Sum is not null
         from point in metric.Sum.DataPoints
         let known = TagsOf(point.Attributes)
         where Array.TrueForAll(tags, tag => known.GetValueOrDefault(tag.Name) == tag.Value)
         group point by (point.StartTimeUnixNano, string.Join('|', known.OrderBy(tag => tag.Key, StringComparer.Ordinal)))
         into series
         let last = series.MaxBy(point => point.TimeUnixNano)!
         select last.AsDouble + last.AsInt).Sum();

    /// <summary>Waits until enough has come: a span is exported, and a write counted, a moment after its effect can be seen.</summary>
    public static async Task UntilAsync(Func<bool> enough)
    {
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        while (!enough())
            await Task.Delay(Look, TimeProvider.System, patience.Token);
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    internal static Dictionary<string, string> TagsOf(IEnumerable<KeyValue> attributes) => attributes.ToDictionary(
        tag => tag.Key,
        tag => tag.Value.ValueCase switch
        {
            AnyValue.ValueOneofCase.IntValue => $"{tag.Value.IntValue}",
            AnyValue.ValueOneofCase.DoubleValue => $"{tag.Value.DoubleValue}",
            AnyValue.ValueOneofCase.BoolValue => $"{tag.Value.BoolValue}",
            _ => tag.Value.StringValue,
        },
        StringComparer.Ordinal);
}

/// <summary>A span, with ids as they stand in a <c>traceparent</c>.</summary>
internal sealed record CollectedSpan(string Source, Span Span)
{
    public string Name => Span.Name;

    public string TraceId => Hex(Span.TraceId);

    public string Id => Hex(Span.SpanId);

    public string ParentId => Hex(Span.ParentSpanId);

    public IReadOnlyList<string> LinkedTraces => [.. Span.Links.Select(link => Hex(link.TraceId))];

    public IReadOnlyDictionary<string, string> Tags { get; } = Collector.TagsOf(Span.Attributes);

    private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
