using System.Diagnostics;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Generations;

/// <summary>Activity: submits the generation to Evolink, once, or finds out what became of its submit.</summary>
public sealed class SubmitGeneration(Submitter submitter, EventTeller events)
{
    /// <summary>Runs the activity; the invocation is the owner of the intent that it writes.</summary>
    [Function(nameof(SubmitGeneration))]
    public async Task<Step> RunAsync([ActivityTrigger] GenerationRef generation, FunctionContext context, CancellationToken cancellationToken)
    {
        Submission submission = await submitter.SubmitAsync(generation, context.InvocationId, cancellationToken);
        // That it was accepted, and submitted: mostly in one request, and never before the submit, which it would delay.
        await events.TellAsync(generation.Id, cancellationToken);
        return submission switch
        {
            Submission.Accepted accepted => new Step(StepKind.Done, accepted.ReadAt),
            Submission.Throttled throttled => new Step(StepKind.Again, throttled.RetryAt),
            Submission.Unknown unknown => new Step(StepKind.Again, unknown.RetryAt),
            Submission.Ended => new Step(StepKind.Stop, null),
            _ => throw new UnreachableException(),
        };
    }
}
