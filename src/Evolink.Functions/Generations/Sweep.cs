using Evolink.Functions.Batches;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>
/// Timer: looks after jobs and batches whose orchestration is not there any more, or never was, or does not move; after places of clients that nobody
/// is in, and after jobs that nothing holds back any more.
/// </summary>
public sealed partial class Sweep(GenerationSweep generations, BatchSweep batches, QuotaSweep quota, HeldJobsWaking held, ILogger<Sweep> log)
{
    /// <summary>Every minute; what is looked at is old enough by <c>Evolink:SweepGrace</c>. That one part fails does not stop the others.</summary>
    /// <exception cref="AggregateException">Parts of it failed.</exception>
    [Function(nameof(Sweep))]
    public async Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        int looked = 0;
        IndependentParts parts = new(LogPartFailed, cancellationToken);
        await parts.TryAsync("generations", async () => looked = await generations.RunAsync(durable, cancellationToken));
        await parts.TryAsync("batches", () => batches.RunAsync(durable, cancellationToken));
        await parts.TryAsync("quota", () => quota.RunAsync(cancellationToken));
        await parts.TryAsync("held", () => held.RunAsync(durable, cancellationToken));
        parts.ThrowIfAnyFailed("sweep");
        LogFinished(looked);
    }

    // An alert is raised where this is not seen for a while.
    [LoggerMessage(2308, LogLevel.Information, "The sweep has finished; it looked at {Count} jobs.")]
    private partial void LogFinished(int count);

    [LoggerMessage(2309, LogLevel.Error, "The sweep of {Part} failed; the other parts run.")]
    private partial void LogPartFailed(Exception e, string part);
}
