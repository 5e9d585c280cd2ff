using System.Diagnostics;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>
/// Activity: submits the generation to Evolink, once, or finds out what became of its submit. Where that ends the run, it writes the
/// end, and tells it.
/// </summary>
public sealed class SubmitGeneration(
    Submitter submitter, GenerationFinisher finisher, EventTeller events, EndTeller teller, FailureNotes failures)
{
    /// <summary>Runs the activity; the invocation is the owner of the intent that it writes.</summary>
    [Function(nameof(SubmitGeneration))]
    public Task<Step> RunAsync(
        [ActivityTrigger] GenerationRef generation,
        [DurableClient] DurableTaskClient durable,
        FunctionContext context,
        CancellationToken cancellationToken) =>
        failures.RunAsync(generation, () => SubmitAsync(generation, durable, context.InvocationId, cancellationToken));

    private async Task<Step> SubmitAsync(
        GenerationRef generation, DurableTaskClient durable, string owner, CancellationToken cancellationToken)
    {
        Submission submission = await submitter.SubmitAsync(generation, owner, cancellationToken);
        if (submission is Submission.Ended)
        {
            GenerationEnd end = await finisher.FinishAsync(generation, cancellationToken);
            // Not over: one execution gave the submit up, and another one found its task before this end was written.
            return end.IsOver ? await teller.TellAsync(durable, end, cancellationToken) : new Step(StepKind.SubmitAgain, null);
        }

        // That it was accepted, and submitted: mostly in one request, and never before the submit, which it would delay.
        await events.TellAsync(generation.Id, cancellationToken);
        return submission switch
        {
            Submission.Accepted accepted => new Step(StepKind.Done, accepted.ReadAt),
            Submission.Throttled throttled => new Step(StepKind.Again, throttled.RetryAt),
            Submission.Unknown unknown => new Step(StepKind.Again, unknown.RetryAt),
            _ => throw new UnreachableException(),
        };
    }
}
