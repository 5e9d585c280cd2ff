using Evolink.Functions.Batches;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>
/// Timer: looks after jobs and batches whose orchestration is not there any more, or never was, after places of clients that nobody is
/// in, and after jobs that nothing holds back any more.
/// </summary>
public sealed class Sweep(GenerationSweep generations, BatchSweep batches, QuotaSweep quota, HeldJobsWaking held)
{
    /// <summary>Every minute; what is looked at is old enough by <c>Evolink:SweepGrace</c>.</summary>
    [Function(nameof(Sweep))]
    public async Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        await generations.RunAsync(durable, cancellationToken);
        await batches.RunAsync(durable, cancellationToken);
        await quota.RunAsync(cancellationToken);
        await held.RunAsync(durable, cancellationToken);
    }
}
