using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Functions.Webhooks;

namespace Evolink.Functions.Tests.Generations;

/// <summary>On Azure Storage timers fire up to a second early. Here they do, always.</summary>
public sealed class DueTimersTests
{
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)];

    [Fact]
    public void A_generation_looks_once_for_each_due_time_and_never_before_it() =>
        LooksOncePerDueTime(Orchestration.OfOneVideo(), nameof(SubmitGeneration), StepKind.Stop);

    [Fact]
    public void A_webhook_is_called_once_for_each_due_time_and_never_before_it() =>
        LooksOncePerDueTime(Orchestration.OfOneWebhook(), nameof(CallWebhook), StepKind.Done);

    [Fact]
    public void A_batch_is_advanced_once_for_each_due_time_and_never_before_it() =>
        LooksOncePerDueTime(Orchestration.OfOneBatch(), nameof(AdvanceBatch), StepKind.Done);

    private static void LooksOncePerDueTime(Orchestration orchestration, string activity, StepKind end)
    {
        OrchestrationRun run = new(orchestration) { Early = TimeSpan.FromSeconds(0.9) };
        Queue<TimeSpan> left = new(Pauses);
        List<DateTimeOffset> due = [run.Now];
        // As the real ones: what is not due yet is due at the same time still.
        run.ScriptCalls(activity, [.. Enumerable.Repeat<Func<object?>>(Look, 100)]);
        run.Complete();

        DateTimeOffset[] looks = [.. run.Calls.Where(call => call.Activity == activity).Select(call => call.At)];
        Assert.Equal(Pauses.Length + 1, looks.Length);
        Assert.All(looks.Zip(due), look => Assert.InRange(look.First, look.Second, look.Second + TimeSpan.FromSeconds(1)));

        object? Look()
        {
            if (run.Now < due[^1])
                return new Step(StepKind.Again, due[^1]);
            if (!left.TryDequeue(out TimeSpan pause))
                return new Step(end, null);
            due.Add(run.Now + pause);
            return new Step(StepKind.Again, due[^1]);
        }
    }
}
