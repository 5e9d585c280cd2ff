using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.AspNetCore.Http;

namespace EndToEnd.Tests;

/// <summary>Calls to the client's own <c>callback_url</c>.</summary>
public sealed class WebhookTests(Apps apps) : AppTests(apps.Usual)
{
    [Fact]
    public async Task The_client_is_told_the_end_with_the_body_of_the_task_query_and_can_verify_it()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        JobId id = await Client.StartAsync(Body(receiver));
        ReceivedCall call = Assert.Single(await receiver.CallsAsync(1));
        Assert.True(StandardWebhook.Verify(TestApp.WebhookSecret, call, TimeProvider.System.GetUtcNow()));
        Assert.Equal("/hook?token=of-the-client", call.Target);

        JsonElement webhook = await WebhookInStateAsync(id, WebhookState.Delivered);
        JsonElement task = await Client.TaskAsync(id);
        Assert.Equal(
            task.EnumerateObject().Select(member => member.Name).Where(name => name != "webhook"),
            Json(call).EnumerateObject().Select(member => member.Name));
        foreach (string member in (string[])["id", "status", "progress", "video", "evolink_task_id", "revision"])
            Assert.Equal(task.GetProperty(member).GetRawText(), Json(call).GetProperty(member).GetRawText());
        using HttpResponseMessage video = await Client.GetAsync(Json(call).GetProperty("results")[0].GetString());
        Assert.Equal(HttpStatusCode.OK, video.StatusCode);
        Assert.Equal("127.0.0.1", webhook.GetProperty("host").GetString());
        Assert.Equal(200, Assert.Single(webhook.GetProperty("calls").EnumerateArray()).GetProperty("status").GetInt32());
        Assert.All(App.Log.Lines, line => Assert.DoesNotContain("of-the-client", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_and_a_cancelled_job_are_told_too()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        Order(new FaultScript { Submit = SubmitFault.NoModelAccess });
        JobId failed = await Client.StartAsync(Body(receiver));
        await receiver.CallsAsync(1);
        Order(Stuck);
        JobId cancelled = await Client.StartAsync(Body(receiver));
        await Client.PostAsync($"v1/tasks/{cancelled}/cancel", string.Empty);
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
            context.Response.Headers.RetryAfter = "600";
            return Task.CompletedTask;
        });
        using Guest stranger = App.NewGuest();
        using HttpClient ops = App.Client(TestApp.OperatorKey);
        JobId id = await Client.StartAsync(Body(receiver));
        await receiver.CallsAsync(1);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        await App.UntilAsync(id, job => job.Webhook is { State: WebhookState.Pending, Calls.Length: 1 });

        down = false;
        using HttpResponseMessage refused = await stranger.PostAsync($"v1/tasks/{id}/redeliver", string.Empty);
        await refused.AssertErrorAsync(HttpStatusCode.NotFound, "task_not_found");
        using HttpResponseMessage own = await Client.PostAsync($"v1/tasks/{id}/redeliver", string.Empty);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        await receiver.CallsAsync(2);
        await WebhookInStateAsync(id, WebhookState.Delivered);
        using HttpResponseMessage operators = await ops.PostAsync($"v1/tasks/{id}/redeliver", string.Empty);
        Assert.Equal(HttpStatusCode.OK, operators.StatusCode);
        IReadOnlyList<ReceivedCall> calls = await receiver.CallsAsync(3);
        Assert.Single(calls.Select(call => call.Header("webhook-id")).Distinct());
        JsonElement webhook = await WebhookInStateAsync(id, WebhookState.Delivered);
        Assert.Equal([503, 204, 204], webhook.GetProperty("calls").EnumerateArray().Select(call => call.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task What_cannot_be_delivered_again_says_why()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        Order(Stuck, submits: 2);
        using HttpResponseMessage silent = await Client.PostAsync($"v1/tasks/{await StartAsync()}/redeliver", string.Empty);
        await silent.AssertErrorAsync(HttpStatusCode.Conflict, "no_callback_url");
        using HttpResponseMessage running = await Client.PostAsync($"v1/tasks/{await Client.StartAsync(Body(receiver))}/redeliver", string.Empty);
        await running.AssertErrorAsync(HttpStatusCode.Conflict, "job_not_over");
    }

    private string Body(Receiver receiver) => Api.Body(Prompt, more: $$""","callback_url":"{{receiver.Url}}hook?token=of-the-client" """);

    private static JsonElement Json(ReceivedCall call) => JsonElement.Parse(call.Body);

    private async Task<JsonElement> WebhookInStateAsync(JobId id, WebhookState state)
    {
        await App.UntilAsync(id, job => job.Webhook?.State == state);
        return (await Client.TaskAsync(id)).GetProperty("webhook");
    }
}
