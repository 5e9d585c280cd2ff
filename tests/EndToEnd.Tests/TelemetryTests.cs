using System.Diagnostics;
using System.Diagnostics.Metrics;
using EndToEnd.Tests.Support;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>What an operator sees of the app from outside: one trace for each generation, and numbers that count everything once.</summary>
public sealed class TelemetryTests(AzuriteFixture azurite)
{
    private static readonly SimulatorOptions Instant = new() { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false };

    // A submit whose sender died is looked into after seconds, and asked for again under its key.
    private static readonly Dictionary<string, string?> SoonForgotten = new()
    {
        ["Evolink:SubmitTimeout"] = "00:00:05",
        ["Evolink:SubmitLeaseMargin"] = "00:00:05",
        ["Evolink:TrustIdempotencyKey"] = "true",
    };

    [Fact]
    public async Task One_generation_is_one_connected_trace_from_the_request_to_the_webhook()
    {
        using Telemetry telemetry = new();
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        await using Receiver receiver = await Receiver.AnsweringAsync(204);
        using HttpClient client = app.Client();
        ActivityTraceId trace = ActivityTraceId.CreateRandom();
        client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");

        JobId id = await client.StartAsync(Api.Body(more: $$""","callback_url":"{{receiver.Url}}hook" """));
        JobRecord job = await app.EndOfAsync(id);
        await receiver.CallsAsync(1);
        await telemetry.UntilAsync(() => telemetry.Trace(trace).Any(span => span.OperationName == PipelineTelemetry.WebhookActivity));

        IReadOnlyList<Activity> spans = telemetry.Trace(trace);
        string[] names = [.. spans.Select(span => span.OperationName).Distinct()];
        Assert.Superset(
            new HashSet<string>
            {
                "CreateGeneration", PipelineTelemetry.AcceptActivity, PipelineTelemetry.SubmitActivity, EvolinkClientTelemetry.SubmitActivity, PipelineTelemetry.PollActivity,
                EvolinkClientTelemetry.GetTaskActivity, PipelineTelemetry.SaveActivity, PipelineTelemetry.FinishActivity, PipelineTelemetry.WebhookActivity,
            },
            new HashSet<string>(names));
        // Connected: every activity's parent is in the trace, but for the request's, which is the caller's.
        HashSet<ActivitySpanId> known = [.. spans.Select(span => span.SpanId)];
        Assert.Equal("CreateGeneration", Assert.Single(spans, span => !known.Contains(span.ParentSpanId)).OperationName);
        Assert.All(telemetry.Of(id.Value), span => Assert.Equal(trace, span.TraceId));
        Activity submit = Assert.Single(spans, span => span.OperationName == EvolinkClientTelemetry.SubmitActivity);
        Assert.Equal(Assert.Single(job.Attempts).RequestId, submit.GetTagItem("evolink.request.id"));
        AssertSilent(spans, receiver.Url);
        Assert.DoesNotContain(receiver.Calls, call => call.Header("traceparent") is not null);
    }

    [Fact]
    public async Task A_job_that_is_restarted_goes_on_in_its_trace_and_is_counted_once()
    {
        using Telemetry telemetry = new();
        await using TestApp app = await TestApp.StartAsync(
            azurite, new TestAppOptions { Simulator = Instant with { TaskDuration = TimeSpan.FromSeconds(0.4) } });
        IMeterFactory before = app.Host.Services.GetRequiredService<IMeterFactory>();
        JobId id;
        using (HttpClient client = app.Client())
            id = await client.StartAsync();
        while ((await app.Store.ReadAsync(id, CancellationToken.None)).State != JobState.Waiting)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        await app.StopHostAsync();
        await app.StartHostAsync();
        IMeterFactory after = app.Host.Services.GetRequiredService<IMeterFactory>();
        JobRecord job = await app.EndOfAsync(id);
        // The orchestration's last activity once more, as after a crash right behind its write.
        await app.Host.Services.GetRequiredService<GenerationFinisher>().FinishAsync(job.Ref, CancellationToken.None);

        await telemetry.UntilAsync(() => telemetry.Sum(before, "evolink.generations.ended") + telemetry.Sum(after, "evolink.generations.ended") > 0);
        Assert.True(ActivityContext.TryParse(job.TraceParent, null, out ActivityContext accepted));
        Assert.All(telemetry.Of(id.Value), span => Assert.Equal(accepted.TraceId, span.TraceId));
        Assert.Contains(telemetry.Of(id.Value), span => span.OperationName == PipelineTelemetry.SaveActivity);
        double Both(string name, params (string, object?)[] tags) => telemetry.Sum(before, name, tags) + telemetry.Sum(after, name, tags);
        Assert.Equal(1, Both("evolink.generations.accepted", ("evolink.source", "http"), ("evolink.client", "alice")));
        Assert.Equal(1, Both("evolink.submits"));
        Assert.Equal(1, Both("evolink.submits", ("evolink.outcome", "accepted")));
        Assert.Equal(1, Both("evolink.tasks.ended", ("evolink.status", "completed")));
        Assert.Equal(1, Both("evolink.generations.ended", ("evolink.state", "completed")));
        Assert.Equal(job.Video!.Size, Both("evolink.copy.bytes"));
        Assert.Equal((double)Assert.Single(job.Attempts).CreditsReserved!, Both("evolink.credits.reserved", ("evolink.client", "alice")));
    }

    // All at once: a host that has died is waited for, as long as its activities may still do something.
    [Fact]
    public Task A_host_that_dies_at_any_write_of_the_record_leaves_one_trace_and_nothing_is_counted_twice() => Task.WhenAll(
        from write in Enumerable.Range(1, 6)
        from before in (bool[])[true, false]
        where write > 1 || !before
        select DieAsync(write, before));

    [Fact]
    public async Task A_key_sent_again_and_a_refusal_are_counted_as_such()
    {
        using Telemetry telemetry = new();
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant });
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = new SubmitFault.Reject(400, "content_policy_violation", "invalid_request_error", "No.") }));
        IMeterFactory meters = app.Host.Services.GetRequiredService<IMeterFactory>();
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync(key: "same-key");
        await client.StartAsync(key: "same-key");
        await app.EndOfAsync(id);
        await telemetry.UntilAsync(() => telemetry.Sum(meters, "evolink.generations.ended") > 0);

        Assert.Equal(1, telemetry.Sum(meters, "evolink.duplicates.suppressed", ("evolink.stage", "intake")));
        Assert.Equal(1, telemetry.Sum(meters, "evolink.submits", ("evolink.outcome", "rejected"), ("error.type", "content_policy_violation")));
        Assert.Equal(1, telemetry.Sum(meters, "evolink.generations.ended", ("evolink.state", "failed"), ("error.type", "content_policy_violation")));
    }

    private async Task DieAsync(int write, bool before)
    {
        using Telemetry telemetry = new();
        DyingHttp http = new(write, before);
        await using TestApp app = await TestApp.StartAsync(azurite, new TestAppOptions { Simulator = Instant, Http = http, Settings = SoonForgotten });
        List<IMeterFactory> apps = [app.Host.Services.GetRequiredService<IMeterFactory>()];
        string key = $"dies-{Guid.NewGuid():N}";
        using (HttpClient client = app.Client())
        {
            // Who asked may never hear of it.
            Task<JobId> asked = client.StartAsync(key: key);
            await http.Died;
            await app.StopHostAsync();
            await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await app.StartHostAsync();
        apps.Add(app.Host.Services.GetRequiredService<IMeterFactory>());
        JobId id;
        using (HttpClient client = app.Client())
            id = await client.StartAsync(key: key);
        JobRecord job = await app.EndOfAsync(id);
        await telemetry.UntilAsync(() => telemetry.Of(id.Value).Any(span => span.OperationName == PipelineTelemetry.FinishActivity));

        Assert.Equal(JobState.Completed, job.State);
        Assert.True(ActivityContext.TryParse(job.TraceParent, null, out ActivityContext accepted));
        // Whoever asks again has a trace of his own, which names the job's.
        Assert.All(telemetry.Of(id.Value), span => Assert.True(
            span.TraceId == accepted.TraceId || (span.OperationName == PipelineTelemetry.AcceptActivity && span.Links.Any(link => link.Context.TraceId == accepted.TraceId)),
            $"{span.OperationName} is in another trace."));
        double All(string name, params (string, object?)[] tags) => apps.Sum(each => telemetry.Sum(each, name, tags));
        // A host that dies between a write and its count loses the count.
        Assert.InRange(All("evolink.generations.accepted"), write == 1 ? 0 : 1, 1);
        Assert.InRange(All("evolink.generations.ended", ("evolink.state", "completed")), write == 6 && !before ? 0 : 1, 1);
        Assert.InRange(All("evolink.tasks.ended"), 0, 1);
        Assert.InRange(All("evolink.credits.reserved", ("evolink.client", "alice")), 0, (double)job.Attempts.Sum(attempt => attempt.CreditsReserved ?? 0));
        Assert.InRange(All("evolink.credits.used", ("evolink.client", "alice")), 0, (double)job.Attempts.Sum(attempt => attempt.CreditsUsed ?? 0));
    }

    // No key, prompt, link or signature in anything that goes to the collector.
    private static void AssertSilent(IReadOnlyList<Activity> spans, Uri webhook)
    {
        string all = string.Join('\n', spans.SelectMany(span => span.TagObjects.Select(tag => $"{tag.Value}").Append(span.DisplayName).Append(span.StatusDescription)));
        foreach (string secret in (string[])[TestApp.ClientKey, SimulatorOptions.DevelopmentKey, "piano", "sig=", "?", $"{webhook}hook"])
            Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
    }
}
