using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>An app whose storage clients cannot reach, and that sends events to a topic.</summary>
public sealed class ProxyApp(Apps apps) : AppFixture(apps, new TestAppOptions { Simulator = Apps.Instant })
{
    private Receiver? _topic;

    /// <summary>The topic.</summary>
    public Receiver Topic => _topic ?? throw new InvalidOperationException("The app has not started.");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_topic is not null)
            await _topic.DisposeAsync();
    }

    protected override async Task<TestApp> StartAsync()
    {
        _topic = await Receiver.StartAsync();
        return await TestApp.StartAsync(Azurite, Options with
        {
            Settings = new Dictionary<string, string?>
            {
                ["Evolink:VideoDelivery"] = "Proxy",
                ["Evolink:Events:TopicEndpoint"] = new Uri(_topic.Url, "/api/events").AbsoluteUri,
            },
        });
    }
}

/// <summary>What only some deployments have: videos that stream through the app, and events.</summary>
public sealed class ProxyTests(ProxyApp proxy) : AppTests(proxy.App), IClassFixture<ProxyApp>
{
    [Fact]
    public async Task With_private_storage_the_app_streams_the_video_in_ranges_to_whoever_holds_the_signed_link()
    {
        JobId id = await StartAsync();
        await App.EndOfAsync(id);
        string link = (await Client.TaskAsync(id)).GetProperty("results")[0].GetString()!;

        using HttpClient nobody = App.Client(null);
        byte[] whole = await nobody.GetByteArrayAsync(link);
        using HttpRequestMessage request = new(HttpMethod.Get, link);
        request.Headers.Range = new RangeHeaderValue(100, 199);
        using HttpResponseMessage range = await nobody.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(whole[100..200], await range.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage forged = await nobody.GetAsync(link.Replace("e=", "e=9", StringComparison.Ordinal));
        await forged.AssertErrorAsync(HttpStatusCode.NotFound, "video_not_found");
    }

    [Fact]
    public Task A_link_through_the_app_can_be_one_that_a_browser_saves_too() => TaskListTests.AssertSavedLinksAsync(App, Client, otherwise: null);

    [Fact]
    public async Task The_topic_learns_of_every_step_and_the_job_does_not_wait_for_one_that_is_away()
    {
        JobId id = await StartAsync();
        JsonElement[] events;
        for (int calls = 2; (events = [.. EventsOf(id)]).Length < 3; calls = proxy.Topic.Calls.Count + 1)
            await proxy.Topic.CallsAsync(calls);
        Assert.Equal(
            ["evolink.generation.accepted", "evolink.generation.submitted", "evolink.generation.completed"],
            events.OrderBy(sent => sent.GetProperty("time").GetDateTimeOffset()).Select(sent => sent.GetProperty("type").GetString()));

        await proxy.Topic.DisposeAsync();
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(await StartAsync())).State);
    }

    private IEnumerable<JsonElement> EventsOf(JobId id) =>
        from call in proxy.Topic.Calls
        from sent in JsonElement.Parse(call.Body).EnumerateArray()
        where sent.GetProperty("subject").GetString() == id.Value
        select sent;
}
