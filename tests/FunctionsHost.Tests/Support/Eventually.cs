namespace FunctionsHost.Tests.Support;

/// <summary>Waits for what comes by itself; a test that waits in vain fails here.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> find)
        where T : class
    {
        using CancellationTokenSource limited = new(Patience, TimeProvider.System);
        while (true)
        {
            if (await find() is { } found)
                return found;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limited.Token);
        }
    }

    public static Task IsTrueAsync(Func<bool> check) => GetAsync(() => Task.FromResult(check() ? "yes" : null));
}
