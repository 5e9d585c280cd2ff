using Azure;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// Keeps the submits of all instances within <c>MaxSubmitsPerSecond</c>. A job is given a slot, the time at which it may be sent, once; it is
/// parked until then, in its record, so that any instance may send it. First come, first served, and nobody asks twice.
/// </summary>
public sealed class SubmitRate(EvolinkStorage storage, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>
    /// A slot is good for so long: timers and queues of a busy host run late. Sends of one instance keep their distance all the same; only
    /// several instances that run late at once can together be faster than the rate, for as long as they make up for it.
    /// </summary>
    public static readonly TimeSpan SlotLifetime = TimeSpan.FromMinutes(1);

    // Even spacing at 95 % of the rate: what the network pushes together still stays within it.
    private const double Share = 0.95;

    // Slots for this long are leased at least, so that a high rate does not make a hot blob.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(0.1);

    private readonly double _perSecond = options.Value.MaxSubmitsPerSecond;
    private readonly BlobContainerClient _container = storage.Generations;
    private readonly string _path = $"limits/{options.Value.Hub}/rate.json";
    private readonly SemaphoreSlim _leasing = new(1);
    private readonly Queue<DateTimeOffset> _leased = [];
    private readonly SemaphoreSlim _order = new(1);

    // Whole sends in a window that holds as many at this rate: 5 within 1 s, 3 within 1.2 s for 2.5 per second.
    private readonly RecentSends _recent = new(
        Most(options.Value), Window(options.Value), time);

    private DateTimeOffset _nextSend;
    private int _waiting;
    private int _sending;

    /// <summary>How long before its slot a job comes back: held then, in place of parked, it leaves on time. About two jobs are held at once.</summary>
    public TimeSpan Lead => Hold / 2;

    private bool IsLimited => _perSecond > 0;

    // Held jobs occupy activities, of which an instance runs few.
    private TimeSpan Hold => TimeSpan.FromSeconds(Math.Clamp(4 / _perSecond, ShortestHold.TotalSeconds, LongestHold.TotalSeconds));

    private TimeSpan Interval => TimeSpan.FromSeconds(1 / (_perSecond * Share));

    private TimeSpan Distance => TimeSpan.FromSeconds(1 / _perSecond);

    // Well below the margin of a submit's lease.
    private TimeSpan LongestTurn => TimeSpan.FromSeconds(Math.Clamp(Distance.TotalSeconds, LongestHold.TotalSeconds, 10));

    /// <summary>The slot of a job: its own, while that is good, or a new one; null where there is no limit.</summary>
    /// <param name="own">The slot that it was given before.</param>
    /// <param name="cancellationToken">Ends the wait for storage.</param>
    public async Task<DateTimeOffset?> SlotAsync(DateTimeOffset? own, CancellationToken cancellationToken)
    {
        if (!IsLimited || own + SlotLifetime >= time.GetUtcNow())
            return IsLimited ? own : null;
        // Whoever leases does it for all who wait with it.
        Interlocked.Increment(ref _waiting);
        try
        {
            await _leasing.WaitAsync(cancellationToken);
            try
            {
                return await TakeAsync(cancellationToken);
            }
            finally
            {
                _leasing.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Whether a slot is so near that it is worth holding the job.</summary>
    public bool IsNear(DateTimeOffset slot) => slot - time.GetUtcNow() <= Hold;

    /// <summary>Waits for the slot, right before the send, and for the distance to the sends before.</summary>
    /// <returns>To be disposed when the send was answered; null where too many wait already, which ran late together: then this job needs a new slot.</returns>
    public async Task<IDisposable?> TurnAsync(DateTimeOffset? slot, CancellationToken cancellationToken)
    {
        if (!IsLimited)
            return Unlimited.Instance;
        if (slot is { } given)
            await DelayUntilAsync(given, cancellationToken);
        try
        {
            if ((Interlocked.Increment(ref _sending) - 1) * Distance > LongestTurn)
                return null;
            // One after the other, so that two whose timers fire late together still keep their distance.
            await _order.WaitAsync(cancellationToken);
            try
            {
                return await NextAsync(cancellationToken);
            }
            finally
            {
                _order.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _sending);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leasing.Dispose();
        _order.Dispose();
    }

    private async Task<IDisposable> NextAsync(CancellationToken cancellationToken)
    {
        await DelayUntilAsync(_nextSend, cancellationToken);
        while (true)
        {
            (RecentSends.Send? send, TimeSpan wait) = _recent.TryBegin();
            if (send is not null)
            {
                _nextSend = send.At + Distance;
                return send;
            }

            // An answer may come sooner, and shorten it.
            await Task.Delay(wait < ShortestHold ? wait : ShortestHold, time, cancellationToken);
        }
    }

    private async Task<DateTimeOffset> TakeAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset oldest = time.GetUtcNow() - Slice;
        while (_leased.TryDequeue(out DateTimeOffset slot))
        {
            if (slot >= oldest)
                return slot;
        }

        int slots = Math.Max(Volatile.Read(ref _waiting), (int)Math.Ceiling(Slice / Interval));
        DateTimeOffset first = await LeaseAsync(slots, cancellationToken);
        for (int i = 1; i < slots; i++)
            _leased.Enqueue(first + (i * Interval));
        return first;
    }

    private async Task<DateTimeOffset> LeaseAsync(int slots, CancellationToken cancellationToken)
    {
        while (true)
        {
            (RateState Value, ETag ETag)? found = await _container.FindAsync(_path, PipelineJsonContext.Default.RateState, cancellationToken);
            (RateState after, DateTimeOffset first) = (found?.Value ?? RateState.Untouched).Lease(slots, Interval, time.GetUtcNow());
            if (await _container.TryReplaceAsync(_path, after, found?.ETag, PipelineJsonContext.Default.RateState, cancellationToken) is not null)
                return first;
        }
    }

    private static TimeSpan Window(EvolinkOptions options) =>
        options.MaxSubmitsPerSecond > 0 ? TimeSpan.FromSeconds(Most(options) / options.MaxSubmitsPerSecond) : TimeSpan.Zero;

    private static int Most(EvolinkOptions options) => (int)Math.Ceiling(options.MaxSubmitsPerSecond);

    private async Task DelayUntilAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (at - time.GetUtcNow() is { Ticks: > 0 } wait)
            await Task.Delay(wait, time, cancellationToken);
    }

    private sealed class Unlimited : IDisposable
    {
        public static readonly Unlimited Instance = new();

        public void Dispose()
        {
        }
    }
}
