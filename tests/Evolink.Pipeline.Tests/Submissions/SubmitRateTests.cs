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

    private static int MostWithin(TimeSpan window, IEnumerable<DateTimeOffset> times)
    {
        DateTimeOffset[] sorted = [.. times.Order()];
        return sorted.Max(from => sorted.Count(at => at >= from && at < from + window));
    }

    [Fact]
    public void A_lease_begins_where_the_last_one_ends()
    {
        (RateState first, DateTimeOffset start) = RateState.Untouched.Lease(3, Second, Jobs.Start);
        (RateState second, DateTimeOffset next) = first.Lease(2, Second, Jobs.Start);
        Assert.Equal((Jobs.Start, Jobs.Start + (3 * Second)), (start, next));
        Assert.Equal(Jobs.Start + (5 * Second), second.LeasedUntil);
    }

    [Fact]
    public void Time_that_nobody_used_is_not_saved_up()
    {
        (RateState before, _) = RateState.Untouched.Lease(1, Second, Jobs.Start);
        Assert.Equal(Jobs.Start + (100 * Second), before.Lease(1, Second, Jobs.Start + (100 * Second)).First);
    }

    [Fact]
    public async Task Slots_of_two_instances_are_evenly_spaced_and_leased_many_at_a_time()
    {
        using SubmitRate a = await InstanceAsync();
        using SubmitRate b = await InstanceAsync();
        _writes.Count = 0;
        DateTimeOffset?[] slots = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? a : b).SlotAsync(null, None)));

        Assert.Equal(60, slots.Distinct().Count());
        Assert.True(MostWithin(Second, slots.Select(slot => slot!.Value)) <= PerSecond);
        // Nothing of the time is left out but the ends of the leases.
        Assert.InRange((slots.Max() - slots.Min())!.Value, TimeSpan.FromSeconds(59 / PerSecond), TimeSpan.FromSeconds(66 / PerSecond));
        Assert.InRange(_writes.Count, 1, 20);
    }

    [Fact]
    public async Task A_job_keeps_its_slot_on_every_instance_until_it_lapses()
    {
        using SubmitRate a = await InstanceAsync();
        using SubmitRate b = await InstanceAsync();
        DateTimeOffset? slot = await a.SlotAsync(null, None);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(slot, await b.SlotAsync(slot, None));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(await b.SlotAsync(slot, None) >= _time.GetUtcNow());
    }

    [Fact]
    public async Task Jobs_that_all_come_late_still_leave_one_by_one_and_too_many_take_new_slots()
    {
        using SubmitRate rate = await InstanceAsync();
        DateTimeOffset slot = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(20));
        ConcurrentBag<DateTimeOffset> sends = [];
        Task<bool[]> late = Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using IDisposable? turn = await rate.TurnAsync(slot, None);
            if (turn is not null)
                sends.Add(_time.GetUtcNow());
            return turn is not null;
        }));
        await _time.AdvanceUntilAsync(late);

        Assert.InRange(sends.Count, 5, 19);
        Assert.True(MostWithin(Second, sends) <= PerSecond);
    }

    [Fact]
    public void Sends_that_are_not_answered_may_still_arrive_together_with_the_next()
    {
        RecentSends sends = new(2, Second, _time);
        using (sends.TryBegin().Send)
            _time.Advance(TimeSpan.FromSeconds(0.1));
        _time.Advance(Second);
        RecentSends.Send slow = sends.TryBegin().Send!;
        using RecentSends.Send? other = sends.TryBegin().Send;
        _time.Advance(2 * Second);
        Assert.Null(sends.TryBegin().Send);
        slow.Dispose();
        // Within the last second, but for the tenth that an answer takes.
        Assert.Null(sends.TryBegin().Send);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.NotNull(sends.TryBegin().Send);
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
