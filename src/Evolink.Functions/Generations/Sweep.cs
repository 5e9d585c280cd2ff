using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>Timer: looks after jobs whose orchestration is not there any more, or never was.</summary>
public sealed class Sweep(GenerationSweep sweep)
{
    /// <summary>Every minute; what is looked at is old enough by <c>Evolink:SweepGrace</c>.</summary>
    [Function(nameof(Sweep))]
    public Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken) =>
        sweep.RunAsync(durable, cancellationToken);
}
