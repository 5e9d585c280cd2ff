using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>What the app tells the world: calls to the client's own <c>callback_url</c>, and events to a topic.</summary>
public sealed class WebhookTests(AzuriteFixture azurite)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly SimulatorOptions Instant = new() { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false };
    private static readonly SimulatorOptions Slow = Instant with { TaskDuration = TimeSpan.FromSeconds(30) };

    private Task<TestApp> StartAsync(SimulatorOptions? simulator = null, params (string Name, string? Value)[] settings) => TestApp.StartAsync(azurite, new TestAppOptions
    {
        Simulator = simulator ?? Instant,
        Settings = settings.Append(("Evolink:Webhooks:Secrets:alice:0", Secret)).ToDictionary(setting => setting.Item1, setting => setting.Item2, StringComparer.Ordinal),
    });

    private static string Body(Receiver receiver) => Api.Body(more: $$""","callback_url":"{{receiver.Url}}hook?token=of-the-client" """);

    private static async Task<JsonElement> WebhookInStateAsync(HttpClient client, JobId id, string state)
    {
        while (true)
        {
            JsonElement webhook = (await client.TaskAsync(id)).GetProperty("webhook");
            if (webhook.GetProperty("state").GetString() == state)
                return webhook;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    private static JsonElement Json(ReceivedCall call) => JsonDocument.Parse(call.Body).RootElement;

    [Fact]
    public async Task The_client_is_told_the_end_with_the_body_of_the_task_query_and_can_verify_it()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using TestApp app = await StartAsync();
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync(Body(receiver));
        ReceivedCall call = Assert.Single(await receiver.CallsAsync(1));
        Assert.True(StandardWebhook.Verify(Secret, call, TimeProvider.System.GetUtcNow()));
        Assert.Equal("/hook?token=of-the-client", call.Target);

        JsonElement webhook = await WebhookInStateAsync(client, id, "delivered");
        JsonElement task = await client.TaskAsync(id);
        Assert.Equal(
            task.EnumerateObject().Select(member => member.Name).Where(name => name != "webhook"),
            Json(call).EnumerateObject().Select(member => member.Name));
        foreach (string member in (string[])["id", "status", "progress", "video", "evolink_task_id", "revision"])
            Assert.Equal(task.GetProperty(member).GetRawText(), Json(call).GetProperty(member).GetRawText());
        using HttpResponseMessage video = await client.GetAsync(Json(call).GetProperty("results")[0].GetString());
        Assert.Equal(HttpStatusCode.OK, video.StatusCode);
        Assert.Equal("127.0.0.1", webhook.GetProperty("host").GetString());
        Assert.Equal(200, Assert.Single(webhook.GetProperty("calls").EnumerateArray()).GetProperty("status").GetInt32());
        Assert.All(app.Log.Lines, line => Assert.DoesNotContain("of-the-client", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_and_a_cancelled_job_are_told_too()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using TestApp app = await StartAsync(Slow);
        app.Simulator.Order(new FaultOrder(new FaultScript { Submit = SubmitFault.NoModelAccess }));
        using HttpClient client = app.Client();
        JobId failed = await client.StartAsync(Body(receiver));
        await receiver.CallsAsync(1);
        JobId cancelled = await client.StartAsync(Body(receiver));
        await client.PostAsync($"v1/tasks/{cancelled}/cancel", string.Empty);
        IReadOnlyList<ReceivedCall> calls = await receiver.CallsAsync(2);
        Assert.Equal([failed.Value, cancelled.Value], calls.Select(call => Json(call).GetProperty("id").GetString()));
        Assert.All(calls, call => Assert.Equal("failed", Json(call).GetProperty("status").GetString()));
        Assert.Equal("request_cancelled", Json(calls[1]).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_job_is_over_while_its_receiver_is_down_and_can_be_delivered_again_by_its_client_or_an_operator()
    {
        bool down = true;
        await using Receiver receiver = await Receiver.StartAsync((_, context) =>
        {
            context.Response.StatusCode = down ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        await using TestApp app = await StartAsync();
        using HttpClient client = app.Client();
        using HttpClient stranger = app.Client(TestApp.OtherClientKey);
        using HttpClient ops = app.Client(TestApp.OperatorKey);
        JobId id = await client.StartAsync(Body(receiver));
        await receiver.CallsAsync(1);
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(id)).State);
        Assert.NotEqual(JsonValueKind.Undefined, (await WebhookInStateAsync(client, id, "pending")).ValueKind);

        down = false;
        using HttpResponseMessage refused = await stranger.PostAsync($"v1/tasks/{id}/redeliver", string.Empty);
        await refused.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
        using HttpResponseMessage own = await client.PostAsync($"v1/tasks/{id}/redeliver", string.Empty);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        await receiver.CallsAsync(2);
        await WebhookInStateAsync(client, id, "delivered");
        using HttpResponseMessage operators = await ops.PostAsync($"v1/tasks/{id}/redeliver", string.Empty);
        Assert.Equal(HttpStatusCode.OK, operators.StatusCode);
        IReadOnlyList<ReceivedCall> calls = await receiver.CallsAsync(3);
        Assert.Single(calls.Select(call => call.Header("webhook-id")).Distinct());
        JsonElement webhook = await WebhookInStateAsync(client, id, "delivered");
        Assert.Equal([503, 204, 204], webhook.GetProperty("calls").EnumerateArray().Select(call => call.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task What_cannot_be_delivered_again_says_why()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using TestApp app = await StartAsync(Slow);
        using HttpClient client = app.Client();
        using HttpResponseMessage silent = await client.PostAsync($"v1/tasks/{await client.StartAsync()}/redeliver", string.Empty);
        await silent.AssertErrorAsync(HttpStatusCode.Conflict, "no_callback_url");
        using HttpResponseMessage running = await client.PostAsync($"v1/tasks/{await client.StartAsync(Body(receiver))}/redeliver", string.Empty);
        await running.AssertErrorAsync(HttpStatusCode.Conflict, "job_not_over");
    }

    [Fact]
    public async Task An_end_that_nobody_was_told_of_is_told_by_the_sweep()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using TestApp app = await StartAsync(Instant, ("Evolink:SweepGrace", "00:00:00.001"));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync(Body(receiver));
        await WebhookInStateAsync(client, id, "delivered");
        // As a crash leaves it right after the terminal state was written.
        JobRecord job = await app.Store.UpdateAsync(id, record => record.WithWebhookDue(), CancellationToken.None);
        await app.Host.DurableClient.PurgeInstanceAsync(WebhookRun.DueFor(job)!.InstanceId);
        await app.Store.SetActiveMarkerAsync(id, CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);

        await app.Host.Services.GetRequiredService<GenerationSweep>().RunAsync(app.Host.DurableClient, CancellationToken.None);
        IReadOnlyList<ReceivedCall> calls = await receiver.CallsAsync(2);
        Assert.Single(calls.Select(call => call.Header("webhook-id")).Distinct());
        Assert.Null(await app.Store.FindActiveMarkerAsync(id, CancellationToken.None));
    }

    [Fact]
    public async Task A_killed_host_goes_on_with_its_calls()
    {
        bool down = true;
        await using Receiver receiver = await Receiver.StartAsync((_, context) =>
        {
            context.Response.StatusCode = down ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
            return Task.CompletedTask;
        });
        await using TestApp app = await StartAsync();
        JobId id;
        using (HttpClient client = app.Client())
        {
            id = await client.StartAsync(Body(receiver));
            await receiver.CallsAsync(1);
        }

        await app.StopHostAsync();
        down = false;
        await app.StartHostAsync();
        using HttpClient again = app.Client();
        // The second call is due 5 s after the first.
        await receiver.CallsAsync(2);
        await WebhookInStateAsync(again, id, "delivered");
    }

    [Fact]
    public async Task The_topic_learns_of_every_step_and_the_job_does_not_wait_for_one_that_is_away()
    {
        await using Receiver topic = await Receiver.StartAsync();
        await using TestApp app = await StartAsync(Instant, ("Evolink:Events:TopicEndpoint", new Uri(topic.Url, "/api/events").AbsoluteUri));
        using HttpClient client = app.Client();
        JobId id = await client.StartAsync();
        IReadOnlyList<ReceivedCall> calls = await topic.CallsAsync(2);
        Assert.Equal(
            ["evolink.generation.accepted", "evolink.generation.submitted", "evolink.generation.completed"],
            calls.SelectMany(call => Json(call).EnumerateArray()).OrderBy(sent => sent.GetProperty("time").GetDateTimeOffset()).Select(sent => sent.GetProperty("type").GetString()));
        Assert.All(calls.SelectMany(call => Json(call).EnumerateArray()), sent => Assert.Equal(id.Value, sent.GetProperty("subject").GetString()));

        await topic.DisposeAsync();
        Assert.Equal(JobState.Completed, (await app.EndOfAsync(await client.StartAsync())).State);
    }
}
