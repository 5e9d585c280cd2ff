using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Evolink.Client;
using Evolink.LocalHost.Invocations;
using Evolink.Pipeline.Telemetry;

namespace EndToEnd.Tests.Support;

/// <summary>Listens to what the process tells through System.Diagnostics, as an exporter would.</summary>
internal sealed class Telemetry : IDisposable
{
    private static readonly HashSet<string> Sources = [EvolinkClientTelemetry.Name, PipelineTelemetry.Name, InvocationActivity.SourceName];

    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ConcurrentQueue<(object? Scope, string Name, double Value, Dictionary<string, object?> Tags)> _measurements = new();
    private readonly ActivityListener _traces;
    private readonly MeterListener _meters = new();

    // Not disposed: what another test's app tells may be on its way here still.
    private readonly SemaphoreSlim _told = new(0);

    public Telemetry()
    {
        _traces = new ActivityListener
        {
            ShouldListenTo = source => Sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Take,
        };
        ActivitySource.AddActivityListener(_traces);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PipelineTelemetry.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _meters.Start();
    }

    /// <summary>The activities of one trace that are over.</summary>
    public IReadOnlyList<Activity> Trace(ActivityTraceId id) => [.. _activities.Where(activity => activity.TraceId == id)];

    /// <summary>The activities about one job, in whichever trace.</summary>
    public IReadOnlyList<Activity> Of(string jobId) => [.. _activities.Where(activity => activity.GetTagItem("evolink.job.id") as string == jobId)];

    /// <summary>The sum of what one app's instrument measured; other tests' apps do not count.</summary>
    public double Sum(IMeterFactory app, string instrument, params (string Name, object? Value)[] tags) => _measurements
        .Where(each => ReferenceEquals(each.Scope, app) && each.Name == instrument && Array.TrueForAll(tags, tag => Equals(each.Tags.GetValueOrDefault(tag.Name), tag.Value)))
        .Sum(each => each.Value);

    /// <summary>Waits until enough was told: an activity is over, and a write counted, a moment after its effect can be seen.</summary>
    public async Task UntilAsync(Func<bool> enough)
    {
        while (!enough())
            Assert.True(await _told.WaitAsync(TimeSpan.FromSeconds(20)), "Not enough was told.");
    }

    public void Dispose()
    {
        _traces.Dispose();
        _meters.Dispose();
    }

    private void Take(Activity activity)
    {
        _activities.Enqueue(activity);
        _told.Release();
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _measurements.Enqueue((instrument.Meter.Scope, instrument.Name, value, new Dictionary<string, object?>(tags.ToArray(), StringComparer.Ordinal)));
        _told.Release();
    }
}
