using System.Diagnostics;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>An app whose worker exports to a collector.</summary>
public sealed class TelemetryApp(Apps apps) : AppFixture(apps, new TestAppOptions { Simulator = Apps.Instant })
{
    private Collector? _collector;

    internal Collector Collector => _collector ?? throw new InvalidOperationException("The app has not started.");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_collector is not null)
            await _collector.DisposeAsync();
    }

    protected override async Task<TestApp> StartAsync()
    {
        _collector = await Collector.StartAsync();
        return await TestApp.StartAsync(Azurite, Options with { Settings = _collector.Settings });
    }
}

/// <summary>What an operator sees of the app from outside: one trace for each generation, and numbers that count everything once.</summary>
public sealed class TelemetryTests(TelemetryApp telemetry) : AppTests(telemetry.App), IClassFixture<TelemetryApp>
{
    private Collector Collector => telemetry.Collector;

    [Fact]
    public async Task One_generation_is_one_connected_trace_from_the_request_to_the_webhook()
    {
        await using Receiver receiver = await Receiver.AnsweringAsync(204);
        string trace = ActivityTraceId.CreateRandom().ToString();
        Client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");

        JobId id = await Client.StartAsync(Api.Body(Prompt, more: $$""","callback_url":"{{receiver.Url}}hook" """));
        JobRecord job = await App.EndOfAsync(id);
        await receiver.CallsAsync(1);
        await Collector.UntilAsync(() => Collector.Trace(trace).Any(span => span.Name == PipelineTelemetry.WebhookActivity));
        foreach (CollectedSpan s in Collector.Spans)
            Console.WriteLine($"{s.TraceId} {s.Source} {s.Name} {s.Id} < {s.ParentId} {string.Join(',', s.Tags)}");
        Assert.NotNull(job);
    }
}
