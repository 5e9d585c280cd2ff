using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Telemetry;

/// <summary>
/// Loops over what is stored: one item that cannot be read, or not be handled, never stops the others. It is logged and counted, and the loop goes on.
/// </summary>
public sealed partial class ItemLoop(PipelineMetrics metrics, ILogger<ItemLoop> log)
{
    // Where everything fails, the first few tell why.
    private const int MostLogged = 20;

    /// <summary>Does something with each item, some at the same time.</summary>
    /// <param name="loop">What the loop is for: a label of the metric, and in the log.</param>
    /// <param name="items">The items; that they cannot be listed ends the loop.</param>
    /// <param name="atOnce">How many at the same time.</param>
    /// <param name="name">Names an item in the log.</param>
    /// <param name="action">What is done with it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="isOfItem">Whether a failure is of the item alone; another one ends the loop. Null: every one is.</param>
    /// <returns>How many items failed.</returns>
    public async Task<int> RunAsync<T>(
        string loop,
        IAsyncEnumerable<T> items,
        int atOnce,
        Func<T, string?> name,
        Func<T, CancellationToken, Task> action,
        CancellationToken cancellationToken,
        Func<Exception, bool>? isOfItem = null)
    {
        int failed = 0;
        await Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
            async (item, stopping) =>
            {
                try
                {
                    await action(item, stopping);
                }
                catch (Exception e) when (!stopping.IsCancellationRequested && isOfItem?.Invoke(e) != false)
                {
                    metrics.ItemFailed(loop);
                    if (Interlocked.Increment(ref failed) <= MostLogged)
                        LogFailed(e, loop, name(item));
                }
            });
        if (failed > MostLogged)
            LogMore(loop, failed - MostLogged);
        return failed;
    }

    [LoggerMessage(1801, LogLevel.Error, "{Loop}: {Item} could not be handled, and was left out; the others were not.")]
    private partial void LogFailed(Exception e, string loop, string? item);

    [LoggerMessage(1802, LogLevel.Error, "{Loop}: {Count} more could not be handled.")]
    private partial void LogMore(string loop, int count);
}
