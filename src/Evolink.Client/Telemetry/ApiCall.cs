using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Evolink.Client;

/// <summary>One request, as telemetry sees it.</summary>
internal sealed class ApiCall : IDisposable
{
    private const int LongestId = 128;

    private static readonly string? Version = typeof(ApiCall).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource Source = new(EvolinkClientTelemetry.Name, Version);
    private static readonly Meter Meter = new(EvolinkClientTelemetry.Name, Version);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "evolink.client.operation.duration",
        "s",
#if NET9_0_OR_GREATER
        "Time from sending a request to Evolink to its answer.",
        tags: null,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
#else
        "Time from sending a request to Evolink to its answer.");
#endif

    private readonly string _operation;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly Activity? _activity;
    private string? _error = "cancelled";

    public ApiCall(string operation, HttpRequestMessage request, TimeProvider time)
    {
        (_operation, _time, _begun) = (operation, time, time.GetTimestamp());
        _activity = Source.StartActivity(operation, ActivityKind.Client);
        _activity?.SetTag("http.request.method", request.Method.Method);
        _activity?.SetTag("server.address", request.RequestUri?.Host);
    }

    public void End(ApiAnswer answer)
    {
        // What Evolink wrote into an error may be anything: statuses and this client's own codes are few.
        _error = answer.IsSuccess ? null : answer.StatusCode?.ToString(CultureInfo.InvariantCulture) ?? answer.FailureCode;
        _activity?.SetTag("http.response.status_code", answer.StatusCode);
        if (answer.RequestId is { } id)
            _activity?.SetTag("evolink.request.id", id.Length <= LongestId ? id : id[..LongestId]);
    }

    public void Dispose()
    {
        TagList tags = new() { { "evolink.operation", _operation } };
        if (_error is not null)
        {
            tags.Add("error.type", _error);
            _activity?.SetTag("error.type", _error);
            _activity?.SetStatus(ActivityStatusCode.Error);
        }

        Duration.Record(_time.GetElapsedTime(_begun).TotalSeconds, tags);
        _activity?.Dispose();
    }
}
