using System.Diagnostics.Metrics;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Limits;

/// <summary>Places and credits of a client, shared through storage.</summary>
public sealed class ClientQuotaTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _client = $"c{Guid.NewGuid():N}";

    private Task<TestPipeline> InstanceAsync(int? inFlight = null, decimal? credits = null) => TestPipeline.StartAsync(
        azurite, configure: options => options.Limits.Clients[_client] = new() { MaxInFlight = inFlight, CreditsPerDay = credits });

    private JobRecord NewJob() => Jobs.Accepted() with { Client = _client, Duration = 2 };

    [Fact]
    public async Task Of_many_at_once_at_two_instances_exactly_as_many_are_let_in_as_there_is_room_for()
    {
        await using TestPipeline one = await InstanceAsync(7), other = await InstanceAsync(7);
        QuotaRefusal?[] refusals = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? one : other).Get<ClientQuota>().ReserveAsync(NewJob(), None)));
        Assert.Equal(7, refusals.Count(refusal => refusal is null));
        Assert.All(refusals.OfType<QuotaRefusal>(), refusal => Assert.Equal(new QuotaRefusal.InFlight(7), refusal));
    }

    [Fact]
    public async Task A_place_that_is_freed_is_taken_at_once()
    {
        await using TestPipeline pipeline = await InstanceAsync(1);
        ClientQuota quota = pipeline.Get<ClientQuota>();
        JobRecord first = NewJob();
        Assert.Null(await quota.AdmitAsync(first, None));
        Assert.NotNull(await quota.AdmitAsync(NewJob(), None));
        await quota.SettleAsync(first, None);
        Assert.Null(await quota.AdmitAsync(NewJob(), None));
    }

    [Fact]
    public async Task A_job_that_did_not_come_over_http_waits_for_its_place_before_it_is_paid()
    {
        await using TestPipeline pipeline = await InstanceAsync(1);
        ClientQuota quota = pipeline.Get<ClientQuota>();
        JobRecord other = NewJob();
        Assert.Null(await quota.ReserveAsync(other, None));
        GenerationRef job = await AcceptAsync(pipeline);
        Submission.Throttled parked = Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(job, "a", None));
        Assert.True(parked.RetryAt > TimeProvider.System.GetUtcNow());
        Assert.Equal(0, await pipeline.ChargesAsync());
        await quota.SettleAsync(other, None);
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(job, "b", None));
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    [Fact]
    public async Task What_evolink_reserved_takes_the_place_of_the_estimate()
    {
        await using TestPipeline pipeline = await InstanceAsync(credits: 100);
        GenerationRef job = await AcceptAsync(pipeline);
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(job, "a", None));
        decimal reserved = (await pipeline.ReadAsync(job)).CurrentAttempt!.CreditsReserved!.Value;
        QuotaRefusal.Credits full = Assert.IsType<QuotaRefusal.Credits>(await pipeline.Get<ClientQuota>().ReserveAsync(NewJob() with { Duration = 15 }, None));
        Assert.Equal(reserved, full.Held);
        Assert.Equal(reserved / 2 * 15, full.Wanted);
    }

    [Fact]
    public async Task A_failed_task_that_evolink_returned_leaves_the_whole_day_however_often_its_end_is_told()
    {
        await using TestPipeline pipeline = await InstanceAsync(credits: 30);
        double counted = 0;
        using MeterListener metrics = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "evolink.credits.returned")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        metrics.SetMeasurementEventCallback<double>(
            (_, credits, tags, _) => counted += tags.ToArray().Any(tag => tag.Value as string == _client) ? credits : 0);
        metrics.Start();
        pipeline.Simulator.Order(new FaultOrder(new FaultScript { Reads = [new ReadFault.Fails("content_policy_violation")] }));
        ClientQuota quota = pipeline.Get<ClientQuota>();
        GenerationRef failed = await AcceptAsync(pipeline), paid = await AcceptAsync(pipeline);
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(failed, "a", None));
        Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(paid, "b", None));
        JobRecord ended = await pipeline.EndAsync(failed);
        for (int tellings = 0; tellings < 3; tellings++)
            await quota.SettleAsync(ended, None);
        Assert.Equal(0, (await quota.LookAsync(_client, None)).Spent);

        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(paid, "b", None));
        await quota.SettleAsync(await pipeline.EndAsync(paid), None);
        Assert.Equal(20, (await quota.LookAsync(_client, None)).Spent);
        Assert.Equal(20, counted);
        Assert.IsType<QuotaRefusal.Credits>(await quota.ReserveAsync(NewJob(), None));
    }

    [Fact]
    public async Task What_a_crash_left_behind_is_found_by_its_age()
    {
        await using TestPipeline pipeline = await InstanceAsync(3);
        JobRecord lost = NewJob();
        await pipeline.Get<ClientQuota>().ReserveAsync(lost, None);
        Assert.Contains(_client, await pipeline.Get<ClientQuota>().ClientsAsync(None).ToListAsync());
        Assert.Equal([lost.Id], await pipeline.Get<ClientQuota>().OlderThanAsync(_client, TimeSpan.Zero, None));
        Assert.Empty(await pipeline.Get<ClientQuota>().OlderThanAsync(_client, TimeSpan.FromHours(1), None));
    }

    [Fact]
    public async Task A_place_is_freed_also_where_the_limit_was_taken_away_meanwhile()
    {
        await using TestPipeline limited = await InstanceAsync(3);
        JobRecord job = NewJob();
        await limited.Get<ClientQuota>().ReserveAsync(job, None);
        await using TestPipeline open = await InstanceAsync();
        ClientQuota quota = open.Get<ClientQuota>();
        // At its end nothing is read or written for a client without limits; the sweep finds it.
        await quota.SettleAsync(job, None);
        Assert.Equal([job.Id], await quota.OlderThanAsync(_client, TimeSpan.Zero, None));
        await quota.FreeAsync(_client, job.Id, job, None);
        Assert.Empty(await quota.OlderThanAsync(_client, TimeSpan.Zero, None));
    }

    private async Task<GenerationRef> AcceptAsync(TestPipeline pipeline)
    {
        Evolink.Client.VideoGenerationRequest request = new() { Prompt = "A cat", ImageUrls = ["https://example.com/cat.png"], Duration = 2 };
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        JobRecord job = NewJob() with { AcceptedAt = now, UpdatedAt = now, Source = "queue", RequestDigest = RequestDigest.Of(request) };
        await pipeline.Store.CreateAsync(job, new StoredRequest(request, []), None);
        return job.Ref;
    }
}
