using System.Diagnostics;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Generations;

/// <summary>Activity: submits the generation to Evolink, once, or finds out what became of its submit.</summary>
public sealed class SubmitGeneration(Submitter submitter)
{
    /// <summary>Runs the activity; the invocation is the owner of the intent that it writes.</summary>
    [Function(nameof(SubmitGeneration))]
    public async Task<Step> RunAsync([ActivityTrigger] GenerationRef generation, FunctionContext context, CancellationToken cancellationToken) =>
        await submitter.SubmitAsync(generation, context.InvocationId, cancellationToken) switch
        {
            Submission.Accepted accepted => new Step(StepKind.Done, accepted.ReadAt),
            Submission.Throttled throttled => new Step(StepKind.Again, throttled.RetryAt),
            Submission.Unknown unknown => new Step(StepKind.Again, unknown.RetryAt),
            Submission.Ended => new Step(StepKind.Stop, null),
            _ => throw new UnreachableException(),
        };
}
