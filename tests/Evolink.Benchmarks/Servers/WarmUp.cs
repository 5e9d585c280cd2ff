namespace Evolink.Benchmarks.Servers;

/// <summary>
/// Lets an app run until its runtime has compiled, and compiled better, what is hot. That takes thousands of generations, which an app that runs for
/// days has behind it, and up to a half of the processor time while it goes on.
/// </summary>
internal static class WarmUp
{
    private const double StillCompiling = 0.03;
    private const int MostBatches = 40;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    /// <summary>Repeats a batch until next to none of an app's time goes into compiling, or for a minute and a half.</summary>
    /// <param name="app">The app.</param>
    /// <param name="batch">What it is asked for.</param>
    public static async Task RunAsync(AppProcess app, Func<Task> batch)
    {
        long started = TimeProvider.System.GetTimestamp();
        double share;
        int batches = 0;
        do
        {
            (AppSample before, long begun) = (await app.ReadAsync(), TimeProvider.System.GetTimestamp());
            await batch();
            share = ((await app.ReadAsync()).CompilingSeconds - before.CompilingSeconds) / TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        }
        while (share > StillCompiling && ++batches < MostBatches && TimeProvider.System.GetElapsedTime(started) < Longest);

        await Console.Error.WriteLineAsync(FormattableString.Invariant($"warm after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s, compiling takes {share:P0} of the time"));
    }
}
