using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Retention;

/// <summary>Timer: removes what has been kept for long enough.</summary>
public sealed class RemoveOld(RetentionRun retention)
{
    /// <summary>Every hour, a bounded piece of it: what is left goes the next time.</summary>
    [Function(nameof(RemoveOld))]
    public Task RunAsync([TimerTrigger("0 23 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken) =>
        retention.RunAsync(durable, cancellationToken);
}
