using Evolink.Pipeline.Generations;
using Microsoft.Extensions.Caching.Memory;

namespace Evolink.Functions.Callbacks;

/// <summary>
/// Callbacks whose job was over a moment ago, with nothing left to note: the same link again, whoever sends it and how often, costs no look at storage. An
/// operator who opens the job again within that moment loses a hint, which the orchestration's own timer makes up for.
/// </summary>
public sealed class SpentCallbacks(TimeProvider time) : IDisposable
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);

    private readonly MemoryCache _seen = new(new MemoryCacheOptions { SizeLimit = MaxRemembered });

    /// <summary>Whether a callback was found spent a moment ago.</summary>
    public bool Has(JobId job, int attempt) => _seen.TryGetValue((job, attempt), out DateTimeOffset at) && time.GetUtcNow() - at < Moment;

    /// <summary>Notes that a callback is spent.</summary>
    public void Add(JobId job, int attempt) =>
        _seen.Set((job, attempt), time.GetUtcNow(), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Moment });

    /// <inheritdoc/>
    public void Dispose() => _seen.Dispose();
}
