using System.Diagnostics;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tasks;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Generations;

/// <summary>Activity: asks Evolink how the task stands. Neither callbacks nor timers are believed; this is.</summary>
public sealed class ReadTask(TaskWatcher watcher)
{
    /// <summary>Runs the activity.</summary>
    [Function(nameof(ReadTask))]
    public async Task<Step> RunAsync([ActivityTrigger] GenerationRef generation, CancellationToken cancellationToken) =>
        await watcher.ReadAsync(generation, cancellationToken) switch
        {
            TaskProgress.Completed => new Step(StepKind.Done, null),
            TaskProgress.Running running => new Step(StepKind.Again, running.ReadAt),
            TaskProgress.Regenerate again => new Step(StepKind.SubmitAgain, again.SubmitAt),
            TaskProgress.Ended => new Step(StepKind.Stop, null),
            _ => throw new UnreachableException(),
        };
}
