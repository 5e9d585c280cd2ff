using System.Diagnostics;

namespace Evolink.LocalHost.Chaos;

/// <summary>Ends this process, as kill -9 does, when a crash point is reached for the n-th time.</summary>
/// <param name="point">The point.</param>
/// <param name="occurrence">Which time, from 1.</param>
/// <param name="announce">Is told the point just before the end, so that the campaign knows that it was this.</param>
internal sealed class CrashTrigger(CrashPoint point, int occurrence, Action<CrashPoint> announce)
{
    private int _left = occurrence;

    public CrashPoint Point { get; } = point;

    /// <summary>Does not return when it is time.</summary>
    public async Task ReachedAsync()
    {
        if (Interlocked.Decrement(ref _left) != 0)
            return;
        announce(Point);
        using Process self = Process.GetCurrentProcess();
        self.Kill();
        // The signal is on its way; until it is here, nothing more may happen after this point.
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }
}
