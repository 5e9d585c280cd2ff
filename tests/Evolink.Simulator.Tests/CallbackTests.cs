using System.Text.Json.Nodes;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

public sealed class CallbackTests
{
    [Fact]
    public async Task A_callback_has_the_body_of_the_query()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using Api api = await Api.StartAsync();

        string id = await api.SubmitAsync(Request(receiver, "/callbacks/7?a=1&s=~a*b+%2Bc"));
        await api.UntilAsync(id, task => task.CallbacksDone);

        Received callback = Assert.Single(receiver.All);
        Assert.Equal("/callbacks/7?a=1&s=~a*b+%2Bc", callback.Target);
        Assert.Equal((await api.ReadAsync(id)).ToJsonString(), JsonNode.Parse(callback.Text)!.ToJsonString());
        Assert.Equal("application/json", callback.ContentType);
        Assert.StartsWith("Evolink-Simulator/", callback.UserAgent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_that_fails_is_tried_again_after_1_2_and_4_seconds_and_then_given_up()
    {
        var clock = new ManualTimeProvider();
        await using Receiver receiver = await Receiver.StartAsync((_, _) => Task.FromResult(500));
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });

        string id = await api.SubmitAsync(Request(receiver));
        await clock.PassAsync(1);
        await clock.PassAsync(2);
        await clock.PassAsync(4);
        TaskReport task = await api.UntilAsync(id, task => task.CallbacksDone);

        Assert.Equal(
            [(0, 1, 500), (1, 2, 500), (3, 3, 500), (7, 4, 500)],
            task.Callbacks.Select(sent => ((int)(sent.At - task.CreatedAt).TotalSeconds, sent.Attempt, sent.Status!.Value)));
    }

    [Fact]
    public async Task A_callback_that_gets_no_answer_within_10_seconds_counts_as_failed()
    {
        var clock = new ManualTimeProvider();
        var arrived = new TaskCompletionSource();
        var never = new TaskCompletionSource<int>();
        await using Receiver receiver = await Receiver.StartAsync((number, _) =>
        {
            arrived.TrySetResult();
            return number == 0 ? never.Task : Task.FromResult(200);
        });
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });

        string id = await api.SubmitAsync(Request(receiver));
        await arrived.Task;
        await clock.PassAsync(10);
        await clock.PassAsync(1);
        TaskReport task = await api.UntilAsync(id, task => task.CallbacksDone);
        never.SetResult(200);

        Assert.Equal([(null, 1), ((int?)200, 2)], task.Callbacks.Select(sent => (sent.Status, sent.Attempt)));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_counts_as_failed()
    {
        await using Receiver target = await Receiver.StartAsync();
        await using Receiver receiver = await Receiver.StartAsync((number, context) =>
        {
            context.Response.Headers.Location = target.Url.AbsoluteUri;
            return Task.FromResult(number == 0 ? 302 : 204);
        });
        var clock = new ManualTimeProvider();
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });

        string id = await api.SubmitAsync(Request(receiver));
        await clock.PassAsync(1);
        TaskReport task = await api.UntilAsync(id, task => task.CallbacksDone);

        Assert.Equal([302, 204], task.Callbacks.Select(sent => sent.Status));
        Assert.Empty(target.All);
    }

    [Fact]
    public async Task A_failed_task_calls_back_too()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using Api api = await Api.StartAsync(Api.Instant with { TaskDuration = TimeSpan.FromHours(1) });
        string id = await api.SubmitAsync(Request(receiver));

        using HttpResponseMessage forced = await api.Http.PostAsync($"/_simulator/tasks/{id}/fail", new StringContent("""{"code":"service_error","message":"Broken"}"""));
        await api.UntilAsync(id, task => task.CallbacksDone);

        JsonNode body = JsonNode.Parse(Assert.Single(receiver.All).Text)!;
        Assert.Equal(("failed", "service_error", "task_error"), ((string?)body["status"], (string?)body["error"]!["code"], (string?)body["error"]!["type"]));
    }

    private static JsonObject Request(Receiver receiver, string target = "/callbacks/1")
    {
        JsonObject request = Api.Request();
        request["callback_url"] = receiver.Url.AbsoluteUri.TrimEnd('/') + target;
        return request;
    }
}
