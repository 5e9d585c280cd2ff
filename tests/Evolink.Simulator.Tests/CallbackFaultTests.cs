using System.Text.Json.Nodes;
using Evolink.Testing;

namespace Evolink.Simulator.Tests;

public sealed class CallbackFaultTests
{
    [Fact]
    public async Task A_callback_can_never_come()
    {
        Assert.Empty(await CallbacksAsync(new CallbackFault.Never()));
    }

    [Fact]
    public async Task Duplicates_come_as_often_as_told()
    {
        IReadOnlyList<Received> callbacks = await CallbacksAsync(new CallbackFault.Duplicate(4));

        Assert.Equal(4, callbacks.Count);
        Assert.Single(callbacks.Select(callback => callback.Text).Distinct());
    }

    [Fact]
    public async Task A_late_callback_waits_for_its_hour()
    {
        var clock = new ManualTimeProvider();
        await using Receiver receiver = await Receiver.StartAsync();
        await using Api api = await Api.StartAsync(Api.Instant with { TimeProvider = clock });
        api.Simulator.Order(Api.OnCallbacks(new CallbackFault.Late(7200)));
        string id = await api.SubmitAsync(Request(receiver));

        await clock.PassAsync(7200);
        TaskReport task = await api.UntilAsync(id, task => task.CallbacksDone);

        Assert.Equal(TimeSpan.FromHours(2), Assert.Single(task.Callbacks).At - task.EndedAt);
    }

    [Fact]
    public async Task A_callback_can_beat_the_answer_to_the_submit()
    {
        var answered = new TaskCompletionSource();
        bool before = false;
        await using Receiver receiver = await Receiver.StartAsync((_, _) =>
        {
            before = !answered.Task.IsCompleted;
            return Task.FromResult(200);
        });
        await using Api api = await Api.StartAsync(Api.Instant with { TaskDuration = TimeSpan.FromHours(1) });
        api.Simulator.Order(Api.OnCallbacks(new CallbackFault.BeforeAnswer()));

        string id = await api.SubmitAsync(Request(receiver));
        answered.SetResult();

        Assert.True(before);
        JsonNode body = JsonNode.Parse(Assert.Single(receiver.All).Text)!;
        Assert.Equal((id, "completed"), ((string?)body["id"], (string?)body["status"]));
    }

    [Fact]
    public async Task Callbacks_can_say_processing_first()
    {
        Assert.Equal(["processing", "processing", "completed"], StatusesOf(await CallbacksAsync(new CallbackFault.ProcessingFirst(2))));
    }

    [Fact]
    public async Task A_callback_can_say_failed_after_completed()
    {
        Assert.Equal(["completed", "failed"], StatusesOf(await CallbacksAsync(new CallbackFault.CompletedThenFailed())));
    }

    [Theory]
    [InlineData(UrlPart.Signature, "/callbacks/job?a=1&s=signaturA")]
    [InlineData(UrlPart.Path, "/callbacks/joA?a=1&s=signature")]
    [InlineData(UrlPart.NoQuery, "/callbacks/job")]
    public async Task A_callback_can_go_to_an_altered_url(UrlPart part, string target)
    {
        Assert.Equal([target, "/callbacks/job?a=1&s=signature"], (await CallbacksAsync(new CallbackFault.Tampered(part))).Select(callback => callback.Target));
        Assert.Equal([target], (await CallbacksAsync(new CallbackFault.Tampered(part, Instead: true))).Select(callback => callback.Target));
    }

    [Theory]
    [InlineData(MalformedBody.Empty, "^$")]
    [InlineData(MalformedBody.CutJson, "^{\"created\":[^}]+[^}]$")]
    [InlineData(MalformedBody.Deep, @"^\[{10000}\]{10000}$")]
    [InlineData(MalformedBody.WrongTypes, "^{\"id\":17,")]
    [InlineData(MalformedBody.Huge, "^\"a{2999999}$")]
    public async Task A_callback_can_have_a_malformed_body(MalformedBody body, string pattern)
    {
        Received callback = Assert.Single(await CallbacksAsync(new CallbackFault.Malformed(body, Bytes: 3_000_000, Instead: true)));

        Assert.Matches(pattern, callback.Text);
    }

    [Fact]
    public async Task A_callback_can_be_about_another_task()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using Api api = await Api.StartAsync();
        string first = await api.SubmitAsync();
        api.Simulator.Order(Api.OnCallbacks(new CallbackFault.OtherTask()));

        string second = await api.SubmitAsync(Request(receiver));
        await api.UntilAsync(second, task => task.CallbacksDone);

        Assert.Equal([first, second], receiver.All.Select(callback => (string?)JsonNode.Parse(callback.Text)!["id"]));
    }

    [Fact]
    public async Task Faults_of_callbacks_add_up()
    {
        IReadOnlyList<Received> callbacks = await CallbacksAsync(
            new CallbackFault.ProcessingFirst(), new CallbackFault.Malformed(MalformedBody.Empty), new CallbackFault.Duplicate(2), new CallbackFault.CompletedThenFailed());

        Assert.Equal(["processing", "", "completed", "completed", "failed"], StatusesOf(callbacks));
    }

    [Fact]
    public async Task A_callback_can_be_forged_through_the_control_api()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using Api api = await Api.StartAsync(Api.Instant with { TaskDuration = TimeSpan.FromHours(1) });
        string id = await api.SubmitAsync(Request(receiver));

        using HttpResponseMessage early = await PostAsync(api, id, """{"status":"completed"}""");
        using HttpResponseMessage forged = await PostAsync(api, id, """{"body":"<html>","copies":3}""");

        Assert.Equal(["completed", "<html>", "<html>", "<html>"], StatusesOf(receiver.All));
        Assert.Equal(3, JsonNode.Parse(await forged.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray().Count);
    }

    private static Task<HttpResponseMessage> PostAsync(Api api, string id, string body) =>
        api.Http.PostAsync($"/_simulator/tasks/{id}/callback", new StringContent(body));

    private static async Task<IReadOnlyList<Received>> CallbacksAsync(params CallbackFault[] faults)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using Api api = await Api.StartAsync();
        api.Simulator.Order(Api.OnCallbacks(faults));
        string id = await api.SubmitAsync(Request(receiver));
        await api.UntilAsync(id, task => task.CallbacksDone);
        return receiver.All;
    }

    private static IEnumerable<string> StatusesOf(IEnumerable<Received> callbacks) =>
        callbacks.Select(callback => callback.Text.StartsWith('{') ? (string)JsonNode.Parse(callback.Text)!["status"]! : callback.Text);

    private static JsonObject Request(Receiver receiver)
    {
        JsonObject request = Api.Request();
        request["callback_url"] = receiver.Url.AbsoluteUri + "callbacks/job?a=1&s=signature";
        return request;
    }
}
