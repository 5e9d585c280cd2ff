namespace Evolink.LocalHost.Hosting;

/// <summary>Says what is going on where it takes long.</summary>
internal static class Notes
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>Waits for something, and says every few seconds that it does.</summary>
    /// <param name="work">What is waited for.</param>
    /// <param name="what">What that is, in words.</param>
    /// <param name="note">Takes a sentence.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public static async Task<T> WhileAsync<T>(Task<T> work, string what, Action<string> note, TimeProvider? time = null)
    {
        TimeProvider clock = time ?? TimeProvider.System;
        long started = clock.GetTimestamp();
        while (await Task.WhenAny(work, Task.Delay(Every, clock)) != work)
            note($"{what} ({clock.GetElapsedTime(started).TotalSeconds:0} s).");
        return await work;
    }
}
