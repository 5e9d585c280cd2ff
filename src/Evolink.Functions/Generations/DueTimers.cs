using Microsoft.DurableTask;

namespace Evolink.Functions.Generations;

/// <summary>Timers that never fire before what they wait for is due.</summary>
internal static class DueTimers
{
    // Azure Storage knows whole seconds: its timers fire up to a second early, and an activity that is asked then would only say "not yet".
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(1);

    extension(TaskOrchestrationContext context)
    {
        /// <summary>Waits until something is due, and up to a second longer.</summary>
        public Task WaitUntilAsync(DateTimeOffset due, CancellationToken cancellationToken) =>
            context.CreateTimer(due.UtcDateTime + Early, cancellationToken);
    }
}
