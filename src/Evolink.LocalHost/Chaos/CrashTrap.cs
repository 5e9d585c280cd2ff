namespace Evolink.LocalHost.Chaos;

/// <summary>Waits for the n-th time that the app reaches a crash point, and holds the request there until what had to die is dead.</summary>
/// <param name="point">The point.</param>
/// <param name="occurrence">Which time, from 1.</param>
internal sealed class CrashTrap(CrashPoint point, int occurrence)
{
    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = occurrence;

    /// <summary>Ends when a request stands at the point, and waits.</summary>
    public Task Sprung => _sprung.Task;

    /// <summary>Called by a request that reaches a point.</summary>
    /// <returns>Whether it goes on; not where the process that sent it is dead.</returns>
    public Task<bool> PassAsync(CrashPoint reached)
    {
        if (reached != point || Interlocked.Decrement(ref _left) != 0)
            return Task.FromResult(true);
        _sprung.SetResult();
        return _released.Task;
    }

    /// <summary>Lets the request go that waits, or will.</summary>
    /// <param name="goesOn">Whether the process that sent it lives.</param>
    public void Release(bool goesOn) => _released.TrySetResult(goesOn);
}
