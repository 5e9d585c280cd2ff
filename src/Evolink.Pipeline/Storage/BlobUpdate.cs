using Azure;

namespace Evolink.Pipeline.Storage;

/// <summary>What became of a change of a blob.</summary>
/// <param name="Before">What the blob held.</param>
/// <param name="After">What it holds now: the same object where the change had nothing to change.</param>
/// <param name="ETag">Its version now; null where there is no blob, for nothing was written.</param>
internal sealed record BlobUpdate<T>(T Before, T After, ETag? ETag)
    where T : class
{
    /// <summary>Whether it was written.</summary>
    public bool IsWritten => !ReferenceEquals(Before, After);
}

/// <summary>A blob is written by so many at once that a change of it came too late each time. Nothing was changed.</summary>
internal sealed class BlobContentionException(string blob, int tries)
    : IOException(
        $"The blob {blob} was changed by others {tries} times while one change of it was tried. Nothing was changed; try again later.");

/// <summary>How a change of a blob is tried again after somebody else's came first. Pure: the jitter is given.</summary>
internal static class BlobContention
{
    /// <summary>So many tries are made: with their pauses some 7 s, after which it is more than a moment's crowd.</summary>
    public const int MostTries = 20;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Waits after a try that came too late.</summary>
    /// <param name="blob">What was to be changed.</param>
    /// <param name="tries">Tries so far, at least 1.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="BlobContentionException">It was the last try.</exception>
    public static Task PauseAsync(string blob, int tries, CancellationToken cancellationToken) => tries < MostTries
        // Real time, whatever clock the app is given: it is other processes that are waited for.
        ? Task.Delay(PauseAfter(tries, Random.Shared.NextDouble()), TimeProvider.System, cancellationToken)
        : throw new BlobContentionException(blob, tries);

    /// <summary>
    /// Pause after a try that came too late: any time up to a bound that doubles, so that those who collided spread out ("full jitter").
    /// </summary>
    /// <param name="tries">Tries so far, at least 1.</param>
    /// <param name="jitter">0 to 1.</param>
    public static TimeSpan PauseAfter(int tries, double jitter)
    {
        // 10 ms doubled seven times is past the longest pause: the bound keeps the shift from overflowing.
        TimeSpan bound = Shortest * (1 << Math.Min(tries - 1, 7));
        return (bound < Longest ? bound : Longest) * jitter;
    }
}
