using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Batches;

/// <summary>Activity: notes what has ended in a batch, and starts what may be started.</summary>
public sealed class AdvanceBatch(BatchDriver driver)
{
    /// <summary>Runs the activity.</summary>
    [Function(nameof(AdvanceBatch))]
    public Task<Step> RunAsync([ActivityTrigger] BatchRef batch, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken) =>
        driver.AdvanceAsync(durable, batch.Id, cancellationToken);
}
