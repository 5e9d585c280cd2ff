using Azure.Core;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Events;

/// <summary>Events on their way to a topic over real sockets, read there by the CloudEvents project's own parser.</summary>
public sealed class EventTellerTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static IReadOnlyList<CloudEvent> Parse(ReceivedCall call)
    {
        Assert.Equal("application/cloudevents-batch+json; charset=utf-8", call.Header("Content-Type"));
        return new JsonEventFormatter().DecodeBatchModeMessage(call.Body, new System.Net.Mime.ContentType(call.Header("Content-Type")!), []);
    }

    private Task<TestPipeline> StartAsync(Receiver? topic, TimeProvider? time = null) => TestPipeline.StartAsync(
        azurite, time: time, configure: options => options.Events.TopicEndpoint = topic is null ? null : new Uri(topic.Url, "/api/events"));

    private static Task<JobRecord> EndAsync(TestPipeline pipeline, GenerationRef generation) =>
        pipeline.Store.UpdateAsync(generation.Id, job => job.WithError(new JobError("content_policy_violation", "No."), Jobs.Start).WithEnd(Jobs.Start), None);

    [Fact]
    public async Task The_official_parser_takes_the_events()
    {
        await using Receiver topic = await Receiver.StartAsync();
        await using TestPipeline pipeline = await StartAsync(topic);
        GenerationRef job = await pipeline.AcceptAsync("a prompt that stays here");
        await pipeline.Submitter.SubmitAsync(job, "a", None);
        await EndAsync(pipeline, job);
        Assert.True(await pipeline.Events.TellAsync(job.Id, None));

        IReadOnlyList<CloudEvent> events = Parse(Assert.Single(topic.Calls));
        Assert.Equal(
            ["evolink.generation.accepted", "evolink.generation.failed", "evolink.generation.submitted"],
            events.Select(received => received.Type!).Order(StringComparer.Ordinal));
        Assert.All(events, received =>
        {
            Assert.True(received.IsValid);
            Assert.Equal(CloudEventsSpecVersion.V1_0, received.SpecVersion);
            Assert.Equal(job.Id.Value, received.Subject);
            Assert.Equal($"/evolink/{pipeline.Options.Hub}", received.Source!.OriginalString);
            Assert.NotNull(received.Time);
            Assert.Equal("application/json", received.DataContentType);
        });
        var data = (System.Text.Json.JsonElement)events.Single(received => received.Type!.EndsWith("failed", StringComparison.Ordinal)).Data!;
        Assert.Equal(1, data.GetProperty("revision").GetInt32());
        Assert.Equal("content_policy_violation", data.GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain("a prompt", topic.Calls[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", topic.Calls[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_topic_has_taken_is_not_sent_again()
    {
        await using Receiver topic = await Receiver.StartAsync();
        await using TestPipeline pipeline = await StartAsync(topic);
        GenerationRef job = await pipeline.AcceptAsync();
        await pipeline.Events.TellAsync(job.Id, None);
        Assert.True(await pipeline.Events.TellAsync(job.Id, None));
        Assert.Single(topic.Calls);
    }

    [Fact]
    public async Task A_crash_between_sending_and_noting_sends_again_under_the_same_ids()
    {
        await using Receiver topic = await Receiver.StartAsync();
        await using TestPipeline pipeline = await StartAsync(topic);
        GenerationRef job = await pipeline.AcceptAsync();
        await pipeline.Events.TellAsync(job.Id, None);
        await pipeline.Store.UpdateAsync(job.Id, record => record with { Told = [] }, None);
        await pipeline.Events.TellAsync(job.Id, None);
        Assert.Equal(2, topic.Calls.Count);
        Assert.Single(topic.Calls.SelectMany(Parse).Select(received => received.Id).Distinct());
    }

    [Fact]
    public async Task While_the_topic_is_away_nobody_waits_for_it_and_nothing_is_forgotten()
    {
        bool away = true;
        ManualTimeProvider time = new(TimeProvider.System.GetUtcNow());
        await using Receiver topic = await Receiver.StartAsync((_, context) =>
        {
            context.Response.StatusCode = away ? 503 : 200;
            context.Response.Headers.RetryAfter = "0";
            return Task.CompletedTask;
        });
        await using TestPipeline pipeline = await StartAsync(topic, time);
        GenerationRef job = await pipeline.AcceptAsync();
        Assert.False(await pipeline.Events.TellAsync(job.Id, None));
        int tries = topic.Calls.Count;
        Assert.False(await pipeline.Events.TellAsync(job.Id, None));
        Assert.Equal(tries, topic.Calls.Count);

        away = false;
        time.Advance(TimeSpan.FromSeconds(31));
        await EndAsync(pipeline, job);
        Assert.True(await pipeline.Events.TellAsync(job.Id, None));
        Assert.Equal(["accepted", "failed.1"], (await pipeline.ReadAsync(job)).Told.Order(StringComparer.Ordinal));
        Assert.Equal(2, Parse(topic.Calls[^1]).Count);
    }

    [Fact]
    public async Task After_a_day_nobody_waits_for_what_could_not_be_told()
    {
        ManualTimeProvider time = new(TimeProvider.System.GetUtcNow());
        await using Receiver topic = await Receiver.AnsweringAsync(403);
        await using TestPipeline pipeline = await StartAsync(topic, time);
        GenerationRef job = await pipeline.AcceptAsync();
        Assert.False(await pipeline.Events.TellAsync(job.Id, None));
        time.Advance(TimeSpan.FromHours(25));
        Assert.True(await pipeline.Events.TellAsync(job.Id, None));
    }

    [Fact]
    public async Task Without_a_topic_nothing_is_told_and_nothing_waits()
    {
        await using TestPipeline pipeline = await StartAsync(null);
        GenerationRef job = await pipeline.AcceptAsync();
        Assert.True(await pipeline.Events.TellAsync(job.Id, None));
        Assert.Empty((await pipeline.ReadAsync(job)).Told);
    }

    [Fact]
    public async Task A_topic_in_Azure_gets_the_identitys_token_over_tls()
    {
        await using Receiver topic = await Receiver.StartAsync(tls: true);
        EvolinkOptions options = new() { Events = { TopicEndpoint = new Uri(topic.Url, "/api/events") } };
        await new EventTopic(options, new Trusting(topic), () => new FixedToken()).SendAsync(Jobs.Accepted().UntoldEvents(), None);
        ReceivedCall call = Assert.Single(topic.Calls);
        Assert.Equal("Bearer token-of-the-identity", call.Header("Authorization"));
        Assert.Single(Parse(call));
    }

    private sealed class Trusting(Receiver topic) : OutgoingHttp
    {
        public override HttpMessageHandler Events() => new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == topic.Certificate!.GetCertHashString() },
        };
    }

    private sealed class FixedToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal("https://eventgrid.azure.net/.default", Assert.Single(requestContext.Scopes));
            return new AccessToken("token-of-the-identity", TimeProvider.System.GetUtcNow().AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
