using System.Collections.Concurrent;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Submissions;

public sealed class SubmitRateTests(AzuriteFixture azurite)
{
    private const double PerSecond = 5;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly Writes _writes = new();
    private readonly string _hub = $"tests{Guid.NewGuid():N}";

    // What one instance of the app has.
    private async Task<SubmitRate> InstanceAsync()
    {
        EvolinkOptions options = new() { MaxSubmitsPerSecond = PerSecond, Hub = _hub };
        options.Storage.ConnectionString = azurite.ConnectionString;
        EvolinkStorage storage = new(Microsoft.Extensions.Options.Options.Create(options), _writes);
        await storage.CreateMissingContainersAsync(None);
        return new SubmitRate(storage, Microsoft.Extensions.Options.Options.Create(options), _time);
    }

    // As a new job, which has all the time that it may have.
    private async Task<DateTimeOffset?> SlotAsync(SubmitRate rate, DateTimeOffset? own = null) =>
        await rate.PlaceAsync(own, isNew: own is null, _time.GetUtcNow() + TimeSpan.FromHours(6), None) switch
        {
            SubmitPlace.Near near => near.Slot,
            SubmitPlace.Far far => far.Slot,
            _ => null,
        };

    private static int MostWithin(TimeSpan window, IEnumerable<DateTimeOffset> times)
    {
        DateTimeOffset[] sorted = [.. times.Order()];
        return sorted.Max(from => sorted.Count(at => at >= from && at < from + window));
    }

    [Fact]
    public async Task Slots_of_two_instances_are_evenly_spaced_and_leased_many_at_a_time()
    {
        using SubmitRate a = await InstanceAsync();
        using SubmitRate b = await InstanceAsync();
        _writes.Count = 0;
        DateTimeOffset?[] slots = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => SlotAsync(i % 2 == 0 ? a : b)));

        Assert.Equal(60, slots.Distinct().Count());
        Assert.True(MostWithin(Second, slots.Select(slot => slot!.Value)) <= PerSecond);
        // Nothing of the time is left out: each slot has a job.
        Assert.Equal(59 / PerSecond / 0.965, (slots.Max() - slots.Min())!.Value.TotalSeconds, 0.01);
        Assert.InRange(_writes.Count, 1, 20);
    }

    [Fact]
    public async Task A_job_keeps_its_slot_on_every_instance_until_it_lapses()
    {
        using SubmitRate a = await InstanceAsync();
        using SubmitRate b = await InstanceAsync();
        DateTimeOffset? slot = await SlotAsync(a);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(slot, await SlotAsync(b, slot));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(await SlotAsync(b, slot) >= _time.GetUtcNow());
    }

    [Fact]
    public async Task A_job_whose_slot_would_come_too_late_is_told_so_and_leases_none()
    {
        using SubmitRate rate = await InstanceAsync();
        await LeaseAsync(new RateState(_time.GetUtcNow() + TimeSpan.FromHours(7)));
        _writes.Count = 0;
        Assert.IsType<SubmitPlace.None>(await rate.PlaceAsync(null, isNew: true, _time.GetUtcNow() + TimeSpan.FromHours(6), None));
        Assert.Equal(0, _writes.Count);
        // Time goes on, and there is room again.
        _time.Advance(TimeSpan.FromHours(3));
        Assert.IsType<SubmitPlace.Far>(await rate.PlaceAsync(null, isNew: true, _time.GetUtcNow() + TimeSpan.FromHours(6), None));
    }

    [Fact]
    public async Task A_job_that_lost_its_slot_need_not_go_to_the_end_of_the_line()
    {
        using SubmitRate rate = await InstanceAsync();
        DateTimeOffset busy = _time.GetUtcNow() + TimeSpan.FromHours(5);
        await LeaseAsync(new RateState(busy));
        DateTimeOffset lost = _time.GetUtcNow() - TimeSpan.FromMinutes(2);
        Assert.Equal(_time.GetUtcNow(), await SlotAsync(rate, lost));
        DateTimeOffset? second = await SlotAsync(rate, lost);
        Assert.InRange(second!.Value - _time.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.True(await SlotAsync(rate) is null, "New jobs have filled their part of the line.");
    }

    [Fact]
    public async Task The_slot_of_a_job_that_is_not_sent_after_all_is_given_to_the_next()
    {
        using SubmitRate rate = await InstanceAsync();
        DateTimeOffset?[] slots = [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SlotAsync(rate)))];
        Array.Sort(slots);
        await rate.ReturnAsync(slots[10]!.Value, None);
        await rate.ReturnAsync(slots[11]!.Value, None);
        Assert.Equal([slots[10], slots[11]], new[] { await SlotAsync(rate), await SlotAsync(rate) });
        Assert.True(await SlotAsync(rate) > slots[19]);
    }

    // The limiter's clock is the machine's own, so the distances are real; what is asserted is not how long it takes.
    [Fact]
    public async Task Jobs_that_all_come_late_leave_one_by_one_and_too_many_take_new_slots()
    {
        using SubmitRate rate = await InstanceAsync();
        DateTimeOffset slot = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(20));
        ConcurrentBag<DateTimeOffset> sends = [];
        bool[] sent = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            bool turn = await rate.TurnAsync(slot, None);
            if (turn)
                sends.Add(TimeProvider.System.GetUtcNow());
            return turn;
        }));

        Assert.InRange(sends.Count, 5, 19);
        Assert.Equal(sends.Count, sent.Count(turn => turn));
        Assert.True(MostWithin(Second, sends) <= PerSecond + 1);
    }

    [Fact]
    public async Task How_long_evolink_takes_to_answer_slows_no_later_send()
    {
        using SubmitRate rate = await InstanceAsync();
        // One that was answered in no time, and none of the others ever.
        for (int i = 0; i < 12; i++)
            Assert.True(await rate.TurnAsync(_time.GetUtcNow(), None));
    }

    [Fact]
    public async Task A_job_without_a_near_slot_is_parked_and_nothing_is_sent()
    {
        await using TestPipeline pipeline = await TestPipeline.StartAsync(azurite, configure: options => options.MaxSubmitsPerSecond = 0.1);
        GenerationRef first = await pipeline.AcceptAsync(), second = await pipeline.AcceptAsync();
        Assert.IsType<Submission.Accepted>(await pipeline.Submitter.SubmitAsync(first, "a", None));
        Submission.Throttled parked = Assert.IsType<Submission.Throttled>(await pipeline.Submitter.SubmitAsync(second, "b", None));
        JobRecord job = await pipeline.ReadAsync(second);

        Assert.Empty(job.Attempts);
        Assert.True(parked.RetryAt < job.SubmitSlot);
        Assert.Equal(parked, await pipeline.Submitter.SubmitAsync(second, "c", None));
        Assert.Equal(1, await pipeline.ChargesAsync());
    }

    private async Task LeaseAsync(RateState state)
    {
        EvolinkOptions options = new();
        options.Storage.ConnectionString = azurite.ConnectionString;
        EvolinkStorage storage = new(Microsoft.Extensions.Options.Options.Create(options), new OutgoingHttp());
        await storage.Generations.GetBlobClient($"limits/{_hub}/rate.json")
            .UploadAsync(JsonBlobs.Json(state, PipelineJsonContext.Default.RateState), overwrite: true);
    }

    private sealed class Writes : OutgoingHttp
    {
        private int _count;

        public int Count { get => _count; set => _count = value; }

        public override HttpMessageHandler Storage() => new Counting(this) { InnerHandler = base.Storage() };

        private sealed class Counting(Writes writes) : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (request.Method == HttpMethod.Put)
                    Interlocked.Increment(ref writes._count);
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}
