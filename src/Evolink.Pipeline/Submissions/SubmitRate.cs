using System.Threading.RateLimiting;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// Keeps the submits of all instances within <c>MaxSubmitsPerSecond</c>. A job leases a slot, the time at which it may be sent, and is
/// parked until then, with the slot in its record, so that any instance may send it: first come, first served, and nobody asks twice. Where
/// no slot is free before it is too late for a job, it is told so at once, and leases none.
/// </summary>
/// <remarks>
/// Tolerance: each send has a slot of its own. One that leaves late, by a slow timer or a slow queue, does so within <see
/// cref="SlotLifetime"/>, and each instance sends no faster than the rate even then. So within any time T all instances together send at
/// most what is due in T + <see cref="SlotLifetime"/> + the skew of their clocks, and one each more.
/// </remarks>
public sealed class SubmitRate : IDisposable
{
    /// <summary>A slot is good for so long: timers and queues of a busy host run late.</summary>
    public static readonly TimeSpan SlotLifetime = TimeSpan.FromMinutes(1);

    // The rest is kept apart for those that lost their slot, because Evolink throttled them, or the app was away: they need not go to the
    // end of the line.
    private const double ShareOfFirst = 0.965;

    // New jobs may fill so much of MaxSubmitAge with waiting. One that loses its slot near the end of that still finds another one in time.
    private const double LineShare = 0.8;

    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(0.1);

    private readonly double _perSecond;
    private readonly TimeSpan _longestLine;
    private readonly BlobContainerClient _container;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly RateLimiter? _pace;
    private readonly SemaphoreSlim _leasing = new(1);
    private readonly Lock _lock = new();
    private readonly List<Ask> _asks = [];

    /// <summary>Makes the one of this instance.</summary>
    public SubmitRate(EvolinkStorage storage, IOptions<EvolinkOptions> options, TimeProvider time)
    {
        _perSecond = options.Value.MaxSubmitsPerSecond;
        _longestLine = options.Value.MaxSubmitAge * LineShare;
        _container = storage.Generations;
        _path = $"limits/{options.Value.Hub}/rate.json";
        _time = time;
        _pace = _perSecond > 0 ? Pace() : null;
    }

    // Held jobs occupy activities, of which an instance runs few.
    private TimeSpan Hold => TimeSpan.FromSeconds(Math.Clamp(4 / _perSecond, ShortestHold.TotalSeconds, LongestHold.TotalSeconds));

    private SlotSpacing Spacing => new(Distance / ShareOfFirst, Distance / (1 - ShareOfFirst));

    private TimeSpan Distance => TimeSpan.FromSeconds(1 / _perSecond);

    /// <summary>Where a job stands: at its own slot, while that is good, or at a new one.</summary>
    /// <param name="own">The slot that it leased before.</param>
    /// <param name="isNew">Whether it has had no slot yet.</param>
    /// <param name="end">When it is too late for it.</param>
    /// <param name="cancellationToken">Ends the wait for storage.</param>
    public async Task<SubmitPlace> PlaceAsync(DateTimeOffset? own, bool isNew, DateTimeOffset end, CancellationToken cancellationToken)
    {
        if (_pace is null)
            return new SubmitPlace.Near(null);
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset latest = isNew && now + _longestLine < end ? now + _longestLine : end;
        DateTimeOffset? slot = own + SlotLifetime >= now ? own : await LeaseAsync(new SlotAsk(latest, !isNew), cancellationToken);
        return slot switch
        {
            null => new SubmitPlace.None(),
            // Back a little early: held then, in place of parked, it leaves on time. About two jobs are held at once.
            { } far when far - now > Hold => new SubmitPlace.Far(far, far - (Hold / 2)),
            { } near => new SubmitPlace.Near(near),
        };
    }

    /// <summary>Gives back the slot of a job that will not be sent: others may have it.</summary>
    public async Task ReturnAsync(DateTimeOffset slot, CancellationToken cancellationToken)
    {
        if (_pace is null || slot <= _time.GetUtcNow())
            return;
        await _container.UpdateAsync(
            _path,
            RateState.Untouched,
            state => state.Return(slot, Spacing.First, _time.GetUtcNow()),
            PipelineJsonContext.Default.RateState,
            cancellationToken);
    }

    /// <summary>Waits for the slot, right before the send.</summary>
    /// <returns>Whether it may be sent; not where too many wait already, which ran late together: then this job needs a new slot.</returns>
    public async Task<bool> TurnAsync(DateTimeOffset? slot, CancellationToken cancellationToken)
    {
        if (_pace is null)
            return true;
        if (slot - _time.GetUtcNow() is { Ticks: > 0 } wait)
            await Task.Delay(wait, _time, cancellationToken);
        using RateLimitLease lease = await _pace.AcquireAsync(1, cancellationToken);
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leasing.Dispose();
        _pace?.Dispose();
    }

    // What ran late together, behind a slow storage or a pause of the machine, leaves one by one all the same.
    private TokenBucketRateLimiter Pace()
    {
        int atOnce = Math.Max(1, (int)(_perSecond * Tick.TotalSeconds));
        // Well below the margin of a submit's lease.
        double longestTurn = Math.Clamp(Distance.TotalSeconds, LongestHold.TotalSeconds, 10);
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = atOnce,
            TokensPerPeriod = atOnce,
            ReplenishmentPeriod = Distance * atOnce,
            QueueLimit = (int)(longestTurn * _perSecond),
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    // Who leases does it for all who wait with it: 200 jobs at once are a handful of writes.
    private async Task<DateTimeOffset?> LeaseAsync(SlotAsk wanted, CancellationToken cancellationToken)
    {
        Ask ask = new(wanted);
        lock (_lock)
            _asks.Add(ask);
        try
        {
            await _leasing.WaitAsync(cancellationToken);
            try
            {
                if (!ask.IsAnswered)
                    await AnswerAllAsync(cancellationToken);
                return ask.Slot;
            }
            finally
            {
                _leasing.Release();
            }
        }
        finally
        {
            lock (_lock)
                _asks.Remove(ask);
        }
    }

    private async Task AnswerAllAsync(CancellationToken cancellationToken)
    {
        Ask[] asks;
        lock (_lock)
            asks = [.. _asks.Where(ask => !ask.IsAnswered)];
        SlotAsk[] wanted = [.. asks.Select(ask => ask.Wanted)];
        IReadOnlyList<DateTimeOffset?> slots = [];
        await _container.UpdateAsync(
            _path,
            RateState.Untouched,
            state =>
            {
                (RateState after, slots) = state.Lease(wanted, Spacing, _time.GetUtcNow());
                return after;
            },
            PipelineJsonContext.Default.RateState,
            cancellationToken);
        for (int i = 0; i < asks.Length; i++)
            asks[i].Answer(slots[i]);
    }

    private sealed class Ask(SlotAsk wanted)
    {
        public SlotAsk Wanted => wanted;

        public bool IsAnswered { get; private set; }

        public DateTimeOffset? Slot { get; private set; }

        public void Answer(DateTimeOffset? slot) => (Slot, IsAnswered) = (slot, true);
    }
}
