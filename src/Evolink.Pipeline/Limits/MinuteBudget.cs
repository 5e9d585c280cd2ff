using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Limits;

/// <summary>
/// Keeps every client within its requests of a minute, for all instances together, without a write for each request: an instance leases a tenth of the
/// minute at a time, and counts that down in memory.
/// </summary>
/// <remarks>
/// Tolerance: never more than the limit in a minute of the clock, so at most twice of it in any 60 s across two of them. What an instance leased and did
/// not use is lost to the others for that minute: with <c>n</c> instances a client may be stopped up to <c>(n - 1)</c> tenths below its limit. While
/// storage cannot be reached, nothing is held back: what a request does would fail of itself.
/// </remarks>
public sealed partial class MinuteBudget(EvolinkStorage storage, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<MinuteBudget> log) : IDisposable
{
    private const int Slices = 10;

    private readonly LimitsOptions _limits = options.Value.Limits;
    private readonly BlobContainerClient _container = storage.Generations;
    private readonly ConcurrentDictionary<string, Slice> _slices = new(StringComparer.Ordinal);

    /// <summary>Takes one request of a client's minute.</summary>
    /// <returns>Null where there was one; else how long the minute still lasts.</returns>
    public ValueTask<TimeSpan?> TakeAsync(string client, CancellationToken cancellationToken)
    {
        if (_limits.Of(client).RequestsPerMinute is not { } limit || limit == 0)
            return ValueTask.FromResult<TimeSpan?>(null);
        Slice slice = _slices.GetOrAdd(client, _ => new Slice());
        return slice.Take(Minute()) switch
        {
            true => ValueTask.FromResult<TimeSpan?>(null),
            false => ValueTask.FromResult<TimeSpan?>(Rest()),
            null => LeaseAsync(client, slice, limit, cancellationToken),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Slice slice in _slices.Values)
            slice.Dispose();
    }

    private long Minute() => time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;

    private TimeSpan Rest() => TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (time.GetUtcNow().UtcTicks % TimeSpan.TicksPerMinute));

    private async ValueTask<TimeSpan?> LeaseAsync(string client, Slice slice, int limit, CancellationToken cancellationToken)
    {
        await slice.Leasing.WaitAsync(cancellationToken);
        try
        {
            long minute = Minute();
            // Who waited with us may have leased for us.
            if (slice.Take(minute) is { } taken)
                return taken ? null : Rest();
            slice.Fill(minute, await LeaseAsync(client, minute, limit, cancellationToken));
            return slice.Take(minute) == true ? null : Rest();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotCounted(e, client);
            return null;
        }
        finally
        {
            slice.Leasing.Release();
        }
    }

    private async Task<int> LeaseAsync(string client, long minute, int limit, CancellationToken cancellationToken)
    {
        int leased = 0;
        await _container.UpdateAsync(
            $"limits/minutes/{client}.json",
            MinuteState.Untouched,
            state =>
            {
                (MinuteState after, leased) = state.Lease(minute, limit, Math.Max(1, limit / Slices));
                return leased == 0 ? state : after;
            },
            PipelineJsonContext.Default.MinuteState,
            cancellationToken);
        return leased;
    }

    [LoggerMessage(1701, LogLevel.Warning, "The requests of client {Client} could not be counted, because storage did not answer.")]
    private partial void LogNotCounted(Exception e, string client);

    // What this instance has of a minute.
    private sealed class Slice : IDisposable
    {
        private readonly Lock _gate = new();
        private long _minute;
        private int _left;
        private bool _used;

        public SemaphoreSlim Leasing { get; } = new(1);

        /// <returns>Whether there was one; null: it must be leased first.</returns>
        public bool? Take(long minute)
        {
            lock (_gate)
            {
                if (_minute != minute)
                    return null;
                if (_left == 0)
                    return _used ? false : null;
                _left--;
                return true;
            }
        }

        public void Fill(long minute, int leased)
        {
            lock (_gate)
                (_minute, _left, _used) = (minute, leased, leased == 0);
        }

        public void Dispose() => Leasing.Dispose();
    }
}
